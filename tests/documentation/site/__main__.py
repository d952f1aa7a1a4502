"""Build the site into build/site: ``make docs``."""

import shutil
import subprocess
import sys

from documentation.site.built import mend_theme, problems
from documentation.site.pages import ROOT
from documentation.site.stage import copy_markdown, stage


def main() -> int:
    """Build and check the site; exit status 1 after a warning, a broken link or a foreign load."""
    source, site = ROOT / "build" / "site-source", ROOT / "build" / "site"
    stage(source)
    shutil.rmtree(site, ignore_errors=True)
    sphinx = [sys.executable, "-m", "sphinx", "--quiet", "--fail-on-warning", "--jobs", "auto"]
    command = [*sphinx, "-d", str(source / "_trees"), str(source), str(site)]
    if subprocess.run(command, check=False).returncode:
        return 1
    copy_markdown(source, site)
    mend_theme(site)
    found = problems(site)
    sys.stdout.write("\n".join(found or [f"{site.relative_to(ROOT)}/index.html"]) + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
