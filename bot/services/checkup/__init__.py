"""Whether everything is right: each check looks at one thing and returns what it found.

A check never raises for what it is there to find, so that one trouble hides no other.
"""
