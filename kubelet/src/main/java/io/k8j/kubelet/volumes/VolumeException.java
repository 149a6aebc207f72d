package io.k8j.kubelet.volumes;

import java.io.Serial;
import java.util.List;

/** Volumes cannot be made ready; the messages are those of upstream's events. */
public final class VolumeException extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    /** What is wrong with each of them, the first one's being this exception's own message. */
    private final transient List<String> messages;

    /** Of one volume. */
    public VolumeException(String message, Throwable cause) {
        super(message, cause);
        this.messages = List.of(message);
    }

    /** Of several. */
    VolumeException(List<String> messages, Throwable cause) {
        super(messages.getFirst(), cause);
        this.messages = List.copyOf(messages);
    }

    /** A message for each volume that is not ready, in the order of the Pod's volumes. */
    public List<String> messages() {
        return messages;
    }
}
