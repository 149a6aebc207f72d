package io.k8j.kubelet.runtime;

import io.grpc.Status;
import io.k8j.kubelet.cri.RuntimeFailure;
import io.k8j.kubelet.cri.v1.ContainerConfig;
import io.k8j.kubelet.cri.v1.PodSandboxConfig;
import io.k8j.kubelet.runtime.ContainerScript.Start;
import io.k8j.kubelet.script.ScriptException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Finds what a Pod's containers and images are to do: its own script, or that of the image, or what the short forms say. */
final class ScriptFinder {
    private final Scripts scripts;

    ScriptFinder(Scripts scripts) {
        this.scripts = scripts;
    }

    /** @throws RuntimeFailure if an annotation cannot be understood */
    ContainerScript container(ContainerConfig config, PodSandboxConfig pod) {
        ContainerScript found = podScript(pod.getAnnotationsMap())
                .container(config.getMetadata().getName())
                .or(() -> scripts.containerOf(config.getImage().getUserSpecifiedImage()))
                .orElse(ContainerScript.DEFAULT);
        String after = pod.getAnnotationsMap().get(SimulatedRuntime.EXIT_AFTER);
        if (after == null) return found;
        String code = pod.getAnnotationsMap().getOrDefault(SimulatedRuntime.EXIT_CODE, "0");
        return found.starting(Start.running(Duration.ofMillis(number(SimulatedRuntime.EXIT_AFTER, after)), (int)
                Math.min(255, number(SimulatedRuntime.EXIT_CODE, code))));
    }

    ImageScript image(String image, PodSandboxConfig pod) {
        Map<String, ImageScript> own = ownImages(pod);
        String bare = image.endsWith(":latest") ? image.substring(0, image.length() - ":latest".length()) : image;
        return Optional.ofNullable(own.getOrDefault(image, own.get(bare)))
                .or(() -> scripts.imageOf(image))
                .orElseGet(() -> image.contains("missing") ? ImageScript.failing("") : ImageScript.DEFAULT);
    }

    /** A mistake in the script is told when the container is created. */
    private static Map<String, ImageScript> ownImages(PodSandboxConfig pod) {
        try {
            return podScript(pod.getAnnotationsMap()).images();
        } catch (RuntimeFailure e) {
            return Map.of();
        }
    }

    private static PodScript podScript(Map<String, String> annotations) {
        String text = annotations.get(SimulatedRuntime.SCRIPT);
        if (text == null) return PodScript.NONE;
        try {
            return PodScript.read("annotation " + SimulatedRuntime.SCRIPT, text);
        } catch (ScriptException e) {
            throw wrong(e.getMessage());
        }
    }

    private static long number(String annotation, String text) {
        if (text.matches("\\d{1,15}")) return Long.parseLong(text);
        throw wrong("annotation %s: must be a whole number of 0 or more, found \"%s\"".formatted(annotation, text));
    }

    private static RuntimeFailure wrong(String message) {
        return new RuntimeFailure(Status.Code.INVALID_ARGUMENT, message, null);
    }
}
