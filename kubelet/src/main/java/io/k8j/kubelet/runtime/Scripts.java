package io.k8j.kubelet.runtime;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;

/**
 * How containers and images are played that no annotation of their Pod speaks of, by the image's name as Pods give it.
 * Runtimes may share one. Safe for all threads; what is set counts from the
 * next start and the next pull, a load at once.
 */
public final class Scripts {
    private final Map<String, ContainerScript> containers = new ConcurrentHashMap<>();
    private final Map<String, ImageScript> images = new ConcurrentHashMap<>();
    private final Map<String, Load> loads = new ConcurrentHashMap<>();
    private final List<BiConsumer<String, Load>> listeners = new CopyOnWriteArrayList<>();

    /** Lets containers of an image follow a script. */
    public void container(String image, ContainerScript script) {
        containers.put(image, script);
    }

    /** Lets pulls of an image follow a script. */
    public void image(String image, ImageScript script) {
        images.put(image, script);
    }

    /**
     * Lets all containers of an image use that much from now on, those that run and those to come, whatever their scripts
     * say.
     */
    public void load(String image, Load load) {
        loads.put(image, load);
        listeners.forEach(listener -> listener.accept(image, load));
    }

    /** Tells {@code listener} of each new load; the answer ends that. */
    Runnable onLoad(BiConsumer<String, Load> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    Optional<Load> loadOf(String image) {
        return Optional.ofNullable(loads.get(image));
    }

    /** Forgets all scripts; containers that run go on as they are. */
    public void clear() {
        loads.clear();
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
