"""One pytest suite per port; a fake and every adapter pass the same one."""
