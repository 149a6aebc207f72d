package io.k8j.kubelet.manifests;

import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.model.api.ApiObject;
import io.k8j.model.json.Json;
import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.schema.Defaulter;
import io.k8j.model.schema.Schema;
import io.k8j.model.schema.Schemas;
import io.k8j.model.schema.StrictDecoder;
import io.k8j.model.yaml.Yaml;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Makes Pods of manifests, as upstream names and marks them. Pure. */
public final class StaticPod {
    /** Says that an object mirrors a static Pod, and of which content. */
    public static final String MIRROR = "kubernetes.io/config.mirror";

    static final String HASH = "kubernetes.io/config.hash";
    static final String SOURCE = "kubernetes.io/config.source";
    static final String SEEN = "kubernetes.io/config.seen";

    /**
     * Where a manifest was read, which makes equal Pods of two places different ones.
     *
     * @param kind {@code file} or {@code http}
     * @param name the file's path or the address
     */
    record Source(String kind, String name) {
        static Source file(String path) {
            return new Source("file", path);
        }

        static Source url(String url) {
            return new Source("http", url);
        }

        /** What of it goes into the hash: a web server may serve many nodes, and all of them get the same. */
        private String identity(String nodeName) {
            return kind.equals("file") ? "host:%sfile:%s".formatted(nodeName, name) : "url:" + name;
        }
    }

    private static final Schema SCHEMA = Schemas.kind(new GroupVersionKind("", "v1", "Pod"));

    private StaticPod() {}

    /** Whether an object of the API only mirrors a static Pod. */
    public static boolean isMirror(Pod pod) {
        return annotation(pod, MIRROR) != null;
    }

    public static boolean isStatic(Pod pod) {
        return annotation(pod, SOURCE) != null && !isMirror(pod);
    }

    static String annotation(Pod pod, String name) {
        Map<String, String> all = pod.getMetadata().getAnnotations();
        return all == null ? null : all.get(name);
    }

    /**
     * Reads a manifest.
     *
     * @param text YAML or JSON of one Pod
     * @throws IllegalArgumentException in one sentence, if it is no Pod that can be run without the API
     */
    static Pod read(Source source, byte[] text, String nodeName, Instant now) {
        return read(source, tree(Yaml.parse(text)), nodeName, now);
    }

    /** Reads a manifest of one Pod, or of a list of Pods. */
    static List<Pod> readAll(Source source, byte[] text, String nodeName, Instant now) {
        Map<String, Object> tree = tree(Yaml.parse(text));
        if (!"PodList".equals(tree.get("kind"))) return List.of(read(source, tree, nodeName, now));
        List<Pod> pods = new ArrayList<>();
        for (Object item : tree.get("items") instanceof List<?> items ? items : List.of()) {
            Map<String, Object> pod = tree(item);
            pod.putIfAbsent("kind", "Pod");
            pod.putIfAbsent("apiVersion", "v1");
            pods.add(read(source, pod, nodeName, now));
        }
        return pods;
    }

    private static Pod read(Source source, Map<String, Object> tree, String nodeName, Instant now) {
        if (!"Pod".equals(tree.get("kind")) || !"v1".equals(tree.get("apiVersion"))) {
            throw new IllegalArgumentException("it is no Pod of version v1");
        }
        Map<String, Object> object = StrictDecoder.decode(SCHEMA, tree).object();
        Defaulter.apply(SCHEMA, object);
        Map<String, Object> metadata = child(object, "metadata");
        Map<String, Object> spec = child(object, "spec");
        String name = metadata.get("name") instanceof String given ? given : "";
        if (name.isEmpty()) throw new IllegalArgumentException("it has no metadata.name");
        if (!(spec.get("containers") instanceof List<?> containers) || containers.isEmpty()) {
            throw new IllegalArgumentException("it has no spec.containers");
        }
        String hash = metadata.get("uid") instanceof String given && !given.isEmpty()
                ? given
                : hash(source.identity(nodeName), object);
        metadata.put("uid", hash);
        metadata.put("name", name + "-" + nodeName.toLowerCase(Locale.ROOT));
        metadata.putIfAbsent("namespace", "default");
        Map<String, Object> annotations = child(metadata, "annotations");
        annotations.put(HASH, hash);
        annotations.put(SOURCE, source.kind());
        annotations.put(SEEN, now.toString());
        spec.put("nodeName", nodeName);
        tolerateAll(spec);
        object.put("status", new LinkedHashMap<>(Map.of("phase", "Pending")));
        Pod pod = ApiObject.ofTree(object).as(Pod.class);
        ApiReferences.first(pod).ifPresent(resource -> {
            throw new IllegalArgumentException("static pods may not reference " + resource);
        });
        return pod;
    }

    private static Map<String, Object> tree(Object parsed) {
        if (parsed instanceof Map<?, ?> map) {
            Map<String, Object> tree = new LinkedHashMap<>();
            map.forEach((key, value) -> tree.put(String.valueOf(key), value));
            return tree;
        }
        throw new IllegalArgumentException("it is no object");
    }

    @SuppressWarnings("unchecked") // decoded by the schema, so it is a map of texts
    private static Map<String, Object> child(Map<String, Object> parent, String name) {
        if (!(parent.get(name) instanceof Map)) parent.put(name, new LinkedHashMap<String, Object>());
        return (Map<String, Object>) parent.get(name);
    }

    /** So that it stays when there is something wrong with the node. */
    private static void tolerateAll(Map<String, Object> spec) {
        Map<String, Object> all = Map.of("operator", "Exists", "effect", "NoExecute");
        List<Object> tolerations =
                new ArrayList<>(spec.get("tolerations") instanceof List<?> given ? given : List.of());
        if (!tolerations.contains(all)) tolerations.add(all);
        spec.put("tolerations", tolerations);
    }

    private static String hash(String where, Map<String, Object> object) {
        try {
            MessageDigest digest = MessageDigest.getInstance("MD5"); // names a content, protects nothing
            digest.update(where.getBytes(StandardCharsets.UTF_8));
            digest.update(Json.write(object));
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
