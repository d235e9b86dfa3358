# The guests that come along: /usr/guests/NAME.vm and the images the definitions name.
