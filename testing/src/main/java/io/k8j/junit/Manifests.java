package io.k8j.junit;

import io.k8j.apiserver.ApiServerCore;
import io.k8j.apiserver.resource.ServedResource;
import io.k8j.client.Client;
import io.k8j.client.PatchType;
import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.Verb;
import io.k8j.model.json.JsonException;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.yaml.Yaml;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Applies objects given as YAML, in their order, by server-side apply. */
final class Manifests {
    private static final String CLASSPATH = "classpath:";
    private static final Duration SERVED_LIMIT = Duration.ofSeconds(10);

    private final Client client;
    private final Supplier<ApiServerCore> core;

    Manifests(Client client, Supplier<ApiServerCore> core) {
        this.client = client;
        this.core = core;
    }

    /** Reads a file or a resource of the class path. */
    static String read(String location) {
        try {
            if (!location.startsWith(CLASSPATH)) {
                return Files.readString(Path.of(location));
            }
            String name = location.substring(CLASSPATH.length()).replaceFirst("^/", "");
            ClassLoader loader = Thread.currentThread().getContextClassLoader();
            try (InputStream in =
                    (loader == null ? Manifests.class.getClassLoader() : loader).getResourceAsStream(name)) {
                if (in == null) {
                    throw new IllegalArgumentException("there is no resource %s on the class path".formatted(name));
                }
                return new String(in.readAllBytes(), StandardCharsets.UTF_8);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("read manifest %s: %s".formatted(location, e.getMessage()), e);
        }
    }

    /**
     * Applies all objects of a text.
     *
     * @param source what messages call the text
     * @throws IllegalArgumentException if it is no YAML, or an object's kind is not served
     * @throws ApiException if the API server refuses one; those before it are applied
     */
    List<ApiObject> apply(String source, String yaml, String namespace) {
        List<Object> documents;
        try {
            documents = Yaml.parseAll(yaml.getBytes(StandardCharsets.UTF_8));
        } catch (JsonException e) {
            throw new IllegalArgumentException(source + ": " + e.getMessage(), e);
        }
        List<ApiObject> applied = new ArrayList<>();
        for (Object document : documents) {
            if (Trees.get(document, "items") instanceof List<?> items) {
                items.forEach(item -> applied.add(apply(source, item, namespace)));
            } else {
                applied.add(apply(source, document, namespace));
            }
        }
        return applied;
    }

    private ApiObject apply(String source, Object document, String namespace) {
        String version = text(source, document, "apiVersion");
        String kind = text(source, document, "kind");
        String name = text(source, document, "metadata", "name");
        ServedResource resource = served(source, version, kind);
        String own = Trees.string(document, "metadata", "namespace");
        ApiObject applied = client.transport()
                .call(new ApiCall(
                        Verb.PATCH,
                        resource.gvr(),
                        resource.info().namespaced() ? (own == null ? namespace : own) : "",
                        name,
                        "",
                        Map.of("fieldManager", "k8j-junit", "force", "true"),
                        PatchType.APPLY.mediaType(),
                        Trees.map(document)))
                .object();
        if (kind.equals("CustomResourceDefinition")) {
            awaitServed(applied);
        }
        return applied;
    }

    private static String text(String source, Object document, String... path) {
        String text = Trees.string(document, path);
        if (text == null || text.isEmpty()) {
            throw new IllegalArgumentException("%s: an object has no %s".formatted(source, String.join(".", path)));
        }
        return text;
    }

    private ServedResource served(String source, String version, String kind) {
        int slash = version.indexOf('/');
        GroupVersionKind wanted = slash < 0
                ? new GroupVersionKind("", version, kind)
                : new GroupVersionKind(version.substring(0, slash), version.substring(slash + 1), kind);
        ServedResource found = core.get().table().kind(wanted);
        if (found == null) {
            throw new IllegalArgumentException(
                    "%s: no matches for kind \"%s\" in version \"%s\"".formatted(source, kind, version));
        }
        return found;
    }

    private void awaitServed(ApiObject definition) {
        String group = Trees.string(definition.tree(), "spec", "group");
        String plural = Trees.string(definition.tree(), "spec", "names", "plural");
        Wait.until(
                SERVED_LIMIT,
                () -> core.get().table().find(group, plural) != null,
                () -> "custom resource %s.%s is not served".formatted(plural, group));
    }
}
