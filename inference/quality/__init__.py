"""Quality: what a converted vocal or a separated song is worth, in numbers as papers define them and in plain words."""
