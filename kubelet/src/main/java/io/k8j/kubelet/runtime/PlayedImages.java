package io.k8j.kubelet.runtime;

import io.grpc.Status;
import io.k8j.kubelet.cri.RuntimeFailure;
import io.k8j.kubelet.cri.v1.Image;
import io.k8j.kubelet.cri.v1.PodSandboxConfig;
import io.k8j.model.time.Time;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Images that are pulled as their scripts say. Thread-safe. */
final class PlayedImages {
    private final Time time;
    private final ScriptFinder scripts;
    private final Map<String, Image> images = new LinkedHashMap<>(); // guarded by this
    private final Map<String, Integer> pulls = new HashMap<>(); // guarded by this: by Pod and image

    PlayedImages(Time time, ScriptFinder scripts) {
        this.time = time;
        this.scripts = scripts;
    }

    synchronized List<Image> all() {
        return List.copyOf(images.values());
    }

    synchronized Optional<Image> find(String image) {
        return Optional.ofNullable(images.get(image));
    }

    synchronized void remove(String image) {
        images.remove(image);
    }

    /** Takes the time that the script says. */
    String pull(String image, PodSandboxConfig pod) {
        ImageScript script = scripts.image(image, pod);
        Pause.of(time, script.takes());
        synchronized (this) {
            String key = pod.getMetadata().getUid() + " " + image;
            if (pulls.merge(key, 1, Integer::sum) <= script.failures()) {
                throw new RuntimeFailure(Status.Code.NOT_FOUND, failure(image, script), null);
            }
            pulls.remove(key);
            images.put(
                    image,
                    Image.newBuilder()
                            .setId(image)
                            .addRepoTags(image)
                            .setSize(script.size())
                            .build());
            return image;
        }
    }

    private static String failure(String image, ImageScript script) {
        return script.message().isEmpty()
                ? "failed to resolve reference \"%s\": not found".formatted(image)
                : script.message();
    }
}
