package io.k8j.controllers.support;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.k8j.client.ObjectKey;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Remembers which versions a controller has written, so that it does not decide on an older copy: the newer one is on its
 * way and will wake it up. Safe for all threads.
 */
public final class OwnWrites {
    private final Map<ObjectKey, Long> versions = new ConcurrentHashMap<>();

    /** @param written the server's answer to a write */
    public void note(HasMetadata written) {
        long version = version(written);
        if (version > 0) {
            versions.merge(ObjectKey.of(written), version, Math::max);
        }
    }

    /** Whether that copy is older than what was written. */
    public boolean isBehind(HasMetadata copy) {
        ObjectKey key = ObjectKey.of(copy);
        Long written = versions.get(key);
        if (written == null) {
            return false;
        }
        if (version(copy) < written) {
            return true;
        }
        versions.remove(key, written);
        return false;
    }

    /** The object is gone. */
    public void forget(ObjectKey key) {
        versions.remove(key);
    }

    /** 0 if the server's versions are no numbers. */
    private static long version(HasMetadata object) {
        try {
            return Long.parseLong(Nulls.or(object.getMetadata().getResourceVersion(), "0"));
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
