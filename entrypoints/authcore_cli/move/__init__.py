"""``authcore move``: users of a source into a pool, from the plan to the cut-over."""
