package io.k8j.apiserver.strategy;

import io.k8j.apiserver.spi.RequestContext;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.json.Trees;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Gives containers the profile that an annotation of older clients names, and warns of it. */
final class AppArmorAnnotations {
    private static final String KEY = "container.apparmor.security.beta.kubernetes.io/";
    private static final String LOCALHOST = "localhost/";
    private static final int LONGEST = 4095;

    private AppArmorAnnotations() {}

    static void apply(RequestContext context, Map<String, Object> pod) {
        Place annotations = Place.of(pod).at("metadata", "annotations");
        if (annotations.isEmpty() || "windows".equals(Trees.string(pod, "spec", "os", "name"))) return;
        Object whole = Trees.get(pod, "spec", "securityContext", "appArmorProfile");
        for (String list : List.of("initContainers", "containers", "ephemeralContainers")) {
            for (Object container : Trees.list(pod, "spec", list)) {
                Place annotation = annotations.key(KEY + Trees.string(container, "name"));
                if (annotation.absent() || Trees.get(container, "securityContext", "appArmorProfile") != null) continue;
                Map<String, Object> profile = profile(annotation.text());
                if (profile != null && Trees.deepEquals(profile, whole)) continue;
                if (profile != null) Trees.set(Trees.map(container), profile, "securityContext", "appArmorProfile");
                context.warn(annotation.path() + ": deprecated since v1.30; use the \"appArmorProfile\" field instead");
            }
        }
    }

    /** What an annotation means; null for one that means nothing. */
    private static Map<String, Object> profile(String annotation) {
        Map<String, Object> profile = new LinkedHashMap<>();
        switch (annotation) {
            case "unconfined" -> profile.put("type", "Unconfined");
            case "runtime/default" -> profile.put("type", "RuntimeDefault");
            default -> {
                if (!annotation.startsWith(LOCALHOST)) return null;
                String name = annotation.substring(LOCALHOST.length());
                if (name.isEmpty() || !name.strip().equals(name) || name.length() > LONGEST) return null;
                profile.put("type", "Localhost");
                profile.put("localhostProfile", name);
            }
        }
        return profile;
    }
}
