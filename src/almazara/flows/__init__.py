"""Both products from end to end, as steps that a workflow engine schedules, shows and repeats."""
