package io.k8j.junit;

import io.k8j.apiserver.ApiServerCore;
import io.k8j.apiserver.resource.ServedResource;
import io.k8j.client.Client;
import io.k8j.client.PatchType;
import io.k8j.kubelet.script.Field;
import io.k8j.kubelet.script.ScriptException;
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
import java.util.Optional;
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

    /** Applies a file or a resource, see {@link #apply}, and says of what is refused where it is. */
    void applyFile(String location) {
        String yaml = read(location);
        objects(location, yaml).forEach(object -> {
            try {
                apply(object, "default");
            } catch (ApiException e) {
                throw new IllegalArgumentException(object.fault(e.getMessage()), e);
            }
        });
    }

    /**
     * Applies all objects of a text.
     *
     * @param source what messages call the text
     * @throws IllegalArgumentException with line and field if it is no YAML, or an object's kind is not served
     * @throws ApiException if the API server refuses one; those before it are applied
     */
    List<ApiObject> apply(String source, String yaml, String namespace) {
        return objects(source, yaml).stream()
                .map(object -> apply(object, namespace))
                .toList();
    }

    /**
     * An object of a text.
     *
     * @param document its number among those of the text that are not empty
     * @param item its number in a list that the document is; -1 if it is none
     */
    private record Written(String source, String yaml, int document, int item, Object tree) {
        /** Words with the place where the object begins, or where the last field of a path is that there is. */
        String fault(String words, String... path) {
            Field place;
            try {
                place = Field.documents(source, yaml).get(document);
            } catch (ScriptException e) {
                return source + ": " + words; // has more aliases than are looked at for a message
            }
            if (item >= 0) place = place.get("items").list().get(item);
            for (String name : path) {
                Optional<Field> next = place.isMap() ? place.find(name) : Optional.empty();
                if (next.isEmpty()) break;
                place = next.get();
            }
            return "%s, line %d: %s".formatted(source, place.line(), words);
        }
    }

    private static List<Written> objects(String source, String yaml) {
        List<Object> documents;
        try {
            documents = Yaml.parseAll(yaml.getBytes(StandardCharsets.UTF_8));
        } catch (JsonException e) {
            throw new IllegalArgumentException(source + ": " + e.getMessage(), e);
        }
        List<Written> objects = new ArrayList<>();
        for (int document = 0; document < documents.size(); document++) {
            Object tree = documents.get(document);
            if (!(Trees.get(tree, "items") instanceof List<?> items)) {
                objects.add(new Written(source, yaml, document, -1, tree));
                continue;
            }
            for (int item = 0; item < items.size(); item++) {
                objects.add(new Written(source, yaml, document, item, items.get(item)));
            }
        }
        return objects;
    }

    private ApiObject apply(Written object, String namespace) {
        if (!(object.tree instanceof Map)) {
            throw new IllegalArgumentException(object.fault("must be an object with apiVersion, kind and metadata"));
        }
        String version = text(object, "apiVersion");
        String kind = text(object, "kind");
        String name = text(object, "metadata", "name");
        ServedResource resource = served(object, version, kind);
        String own = Trees.string(object.tree, "metadata", "namespace");
        ApiObject applied = client.transport()
                .call(new ApiCall(
                        Verb.PATCH,
                        resource.gvr(),
                        resource.info().namespaced() ? (own == null ? namespace : own) : "",
                        name,
                        "",
                        Map.of("fieldManager", "k8j-junit", "force", "true"),
                        PatchType.APPLY.mediaType(),
                        Trees.map(object.tree)))
                .object();
        if (kind.equals("CustomResourceDefinition")) {
            awaitServed(applied);
        }
        return applied;
    }

    private static String text(Written object, String... path) {
        if (Trees.get(object.tree, path) instanceof String text && !text.isEmpty()) return text;
        throw new IllegalArgumentException(object.fault(String.join(".", path) + ": must be a name", path));
    }

    private ServedResource served(Written object, String version, String kind) {
        int slash = version.indexOf('/');
        GroupVersionKind wanted = slash < 0
                ? new GroupVersionKind("", version, kind)
                : new GroupVersionKind(version.substring(0, slash), version.substring(slash + 1), kind);
        ServedResource found = core.get().table().kind(wanted);
        if (found == null) {
            throw new IllegalArgumentException(object.fault(
                    "kind: no matches for kind \"%s\" in version \"%s\"".formatted(kind, version), "kind"));
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
