"""From a reading to a score: form, harmony, melody, parts."""
