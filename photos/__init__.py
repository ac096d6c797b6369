"""Photos as bytes: safe upright images, what they tell about themselves, and where they lie."""
