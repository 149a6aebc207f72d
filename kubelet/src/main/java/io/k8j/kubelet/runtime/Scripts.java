package io.k8j.kubelet.runtime;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How containers and images are played that no annotation of their Pod speaks of, by the image's name as Pods give it.
 * Runtimes may share one. Safe for all threads; what is set counts from the next start and the next pull.
 */
public final class Scripts {
    private final Map<String, ContainerScript> containers = new ConcurrentHashMap<>();
    private final Map<String, ImageScript> images = new ConcurrentHashMap<>();

    /** Lets containers of an image follow a script. */
    public void container(String image, ContainerScript script) {
        containers.put(image, script);
    }

    /** Lets pulls of an image follow a script. */
    public void image(String image, ImageScript script) {
        images.put(image, script);
    }

    /** Forgets all scripts. */
    public void clear() {
        containers.clear();
        images.clear();
    }

    Optional<ContainerScript> containerOf(String image) {
        return Optional.ofNullable(containers.get(image));
    }

    Optional<ImageScript> imageOf(String image) {
        String bare = image.endsWith(":latest") ? image.substring(0, image.length() - ":latest".length()) : image;
        return Optional.ofNullable(images.get(image)).or(() -> Optional.ofNullable(images.get(bare)));
    }
}
