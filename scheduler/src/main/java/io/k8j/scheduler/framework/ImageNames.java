package io.k8j.scheduler.framework;

/** Names of images as nodes report them. */
final class ImageNames {
    private ImageNames() {}

    /** With the tag {@code latest} if there is none. */
    static String normalized(String image) {
        if (image == null) {
            return "";
        }
        return image.lastIndexOf(':') <= image.lastIndexOf('/') ? image + ":latest" : image;
    }
}
