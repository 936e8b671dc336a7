"""What `station doctor` looks at: one small file a subject, each a list of findings."""
