package io.k8j.kubelet.runtime;

import java.time.Duration;

/**
 * What happens when an image is pulled.
 *
 * @param failures how many pulls fail before one succeeds
 * @param message why they fail
 * @param takes how long a pull lasts
 * @param size bytes of the image
 */
public record ImageScript(int failures, String message, Duration takes, long size) {
    public static final ImageScript DEFAULT = new ImageScript(0, "", Duration.ZERO, 1 << 20);

    /** Never succeeds. */
    public static ImageScript failing(String message) {
        return new ImageScript(Integer.MAX_VALUE, message, Duration.ZERO, 0);
    }
}
