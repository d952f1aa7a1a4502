"""The query that joins both sides of a census.  What the facts mean is the domain's."""

from typing import Final


_OF_ACCOUNTS: Final = """
SELECT
  account.is_locked AS kind,
  account.is_reachable AS is_reachable,
  CASE WHEN account.names IS NULL THEN 0 WHEN named.id IS NULL THEN 1 ELSE 2 END AS names,
  CASE WHEN naming.id IS NULL THEN 0 WHEN other.id IS NULL THEN 1 ELSE 2 END AS named_by,
  COALESCE(named.names = account.id, 0) AS is_mutual,
  other.id IS NULL AND EXISTS (
    SELECT 1 FROM accounts AS rival WHERE rival.names = naming.id AND rival.id <> account.id
  ) AS is_shared,
  CASE WHEN other.id IS NULL THEN COALESCE(naming.word, 0) ELSE 0 END AS word,
  CASE WHEN other.id IS NULL THEN COALESCE(naming.is_fresh, 0) ELSE 0 END AS is_fresh,
  CASE WHEN other.id IS NULL THEN COALESCE(naming.is_external, 0) ELSE 0 END AS is_external
FROM accounts AS account
LEFT JOIN users AS named ON named.id = account.names
LEFT JOIN users AS naming ON naming.id = (
  SELECT MIN(each.id) FROM users AS each WHERE each.names = account.id
)
LEFT JOIN users AS other ON other.id = (
  SELECT MIN(each.id) FROM users AS each WHERE each.names = account.id AND each.id > naming.id
)
"""

_OF_USERS_WITHOUT: Final = """
SELECT
  2 AS kind, 0 AS is_reachable, names IS NOT NULL AS names, 0 AS named_by, 0 AS is_mutual,
  0 AS is_shared, word, is_fresh, is_external
FROM users
WHERE NOT EXISTS (SELECT 1 FROM accounts WHERE accounts.id = users.names)
  AND NOT EXISTS (SELECT 1 FROM accounts WHERE accounts.names = users.id)
"""

PERSONS: Final = f"""
SELECT
  kind, is_reachable, names, named_by, is_mutual, is_shared, word, is_fresh, is_external, COUNT(*)
FROM ({_OF_ACCOUNTS} UNION ALL {_OF_USERS_WITHOUT})
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
"""  # noqa: S608 - of the two texts above
"""The members of PersonFacts in their order, and how many persons have them."""
