package io.k8j.kubelet.pods.images;

import io.fabric8.kubernetes.api.model.Secret;
import io.k8j.kubelet.cri.v1.AuthConfig;
import io.k8j.model.json.Json;
import io.k8j.model.json.JsonException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** Reads registry credentials out of Secrets of type dockerconfigjson and dockercfg. */
final class PullSecrets {
    private PullSecrets() {}

    /** The credentials that fit an image's registry; empty if none, or if the Secret cannot be read. */
    static List<AuthConfig> forImage(Secret secret, String image) {
        if (secret.getData() == null) return List.of();
        List<AuthConfig> found = new ArrayList<>();
        try {
            String modern = secret.getData().get(".dockerconfigjson");
            String old = secret.getData().get(".dockercfg");
            Map<?, ?> registries = Map.of();
            if (modern != null && parse(modern).get("auths") instanceof Map<?, ?> auths) registries = auths;
            if (modern == null && old != null) registries = parse(old);
            registries.forEach((registry, entry) -> {
                if (entry instanceof Map<?, ?> values && fits((String) registry, image)) {
                    found.add(credential((String) registry, values));
                }
            });
        } catch (JsonException | IllegalArgumentException e) {
            return List.of(); // upstream, too, goes on as if the Secret named no registry
        }
        return found;
    }

    private static Map<?, ?> parse(String base64) {
        return Json.parseObject(Base64.getDecoder().decode(base64));
    }

    private static AuthConfig credential(String registry, Map<?, ?> values) {
        AuthConfig.Builder auth = AuthConfig.newBuilder().setServerAddress(registry);
        if (values.get("username") instanceof String user) auth.setUsername(user);
        if (values.get("password") instanceof String password) auth.setPassword(password);
        if (values.get("identitytoken") instanceof String token) auth.setIdentityToken(token);
        if (values.get("auth") instanceof String both && auth.getUsername().isEmpty()) {
            String text = new String(Base64.getDecoder().decode(both), StandardCharsets.UTF_8);
            int colon = text.indexOf(':');
            if (colon > 0) auth.setUsername(text.substring(0, colon)).setPassword(text.substring(colon + 1));
        }
        return auth.build();
    }

    private static boolean fits(String registry, String image) {
        String host = registry.replaceFirst("^https?://", "")
                .replaceFirst("/v[12]/?$", "")
                .replaceFirst("/$", "");
        if (host.equals("index.docker.io")) host = "docker.io";
        int slash = image.indexOf('/');
        String first = slash < 0 ? "" : image.substring(0, slash);
        boolean named = first.contains(".") || first.contains(":") || first.equals("localhost");
        String full = named ? image : "docker.io/" + image;
        return full.equals(host) || full.startsWith(host + "/");
    }
}
