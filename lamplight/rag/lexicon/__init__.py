"""What words mean to follow-ups and grounding alike: names, quantities, opposites. English."""
