package io.k8j.model.openapi;

import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.resource.ResourceInfo;
import io.k8j.model.resource.ResourceRegistry;
import java.lang.ref.SoftReference;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Serves OpenAPI v3, one document for each group version with an index, and v2, one for all. Documents are made on first
 * use and kept as long as memory allows. Immutable apart from that; for another set of custom resources make another one
 * with {@link #withCustom}. Safe for use by several threads.
 */
public final class OpenApiDocuments {
    /** Content type of {@link #secondProtobuf()}. */
    public static final String THIRD_PROTOBUF = "application/com.github.proto-openapi.spec.v3.v1.0+protobuf";

    public static final String SECOND_PROTOBUF = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

    private final String serverVersion;
    private final ResourceRegistry builtIn;
    private final Map<String, List<ApiKind>> kindsByPath = new TreeMap<>();
    private final Map<String, SoftReference<byte[]>> made = new ConcurrentHashMap<>();
    private final Map<String, String> hashes = new ConcurrentHashMap<>();

    private OpenApiDocuments(String serverVersion, ResourceRegistry builtIn, List<ApiKind> custom) {
        this.serverVersion = serverVersion;
        this.builtIn = builtIn;
        for (ResourceInfo info : builtIn.all()) add(ApiKind.builtIn(info));
        for (ApiKind kind : custom) add(kind);
    }

    private void add(ApiKind kind) {
        kindsByPath
                .computeIfAbsent(path(kind.info().gvk()), p -> new ArrayList<>())
                .add(kind);
    }

    /** Documents of the built-in resources. */
    public static OpenApiDocuments of(String serverVersion, ResourceRegistry builtIn) {
        return new OpenApiDocuments(serverVersion, builtIn, List.of());
    }

    /** Documents of the built-in and these custom resources; keeps what has been made and stays valid. */
    public OpenApiDocuments withCustom(List<ApiKind> custom) {
        OpenApiDocuments next = new OpenApiDocuments(serverVersion, builtIn, custom);
        for (String path : next.kindsByPath.keySet()) {
            SoftReference<byte[]> bytes = made.get(path);
            if (bytes != null && next.kindsByPath.get(path).equals(kindsByPath.get(path))) next.made.put(path, bytes);
        }
        return next;
    }

    private static String path(GroupVersionKind gvk) {
        return gvk.group().isEmpty() ? "api/" + gvk.version() : "apis/" + gvk.group() + "/" + gvk.version();
    }

    /** The answer to {@code /openapi/v3}: each document's address with the hash of its content. */
    public Map<String, Object> index() {
        Map<String, Object> paths = new TreeMap<>();
        for (String path : kindsByPath.keySet())
            paths.put(path, Node.of("serverRelativeURL", "/openapi/v3/" + path + "?hash=" + hash(path)));
        return Node.of("paths", paths);
    }

    /** The JSON of {@code /openapi/v3/<path>}, such as {@code apis/apps/v1}; null if there is none. */
    public byte[] third(String path) {
        List<ApiKind> kinds = kindsByPath.get(path);
        return kinds == null ? null : bytes(path, () -> Json.write(DocumentBuilder.third(kinds, serverVersion)));
    }

    /** The same in protobuf, of type {@value #THIRD_PROTOBUF}. */
    public byte[] thirdProtobuf(String path) {
        List<ApiKind> kinds = kindsByPath.get(path);
        return kinds == null ? null : GnosticThirdWriter.write(DocumentBuilder.third(kinds, serverVersion));
    }

    /** The JSON of {@code /openapi/v2}. */
    public byte[] second() {
        return bytes("v2", () -> Json.write(secondTree()));
    }

    /**
     * {@code /openapi/v2} in protobuf, for older kubectls. They ask for {@code
     * application/com.github.proto-openapi.spec.v2@v1.0+protobuf}; the answer's type must be {@value #SECOND_PROTOBUF},
     * because the type they ask for is not well-formed and some refuse it.
     */
    public byte[] secondProtobuf() {
        return bytes("v2 protobuf", () -> GnosticWriter.write(secondTree()));
    }

    /** The JSON of {@code /openapi/v2} with paths and definitions of other servers' documents. */
    public byte[] second(List<Map<String, Object>> others) {
        return others.isEmpty() ? second() : Json.write(merged(others));
    }

    /** The protobuf of {@code /openapi/v2} with paths and definitions of other servers' documents. */
    public byte[] secondProtobuf(List<Map<String, Object>> others) {
        return others.isEmpty() ? secondProtobuf() : GnosticWriter.write(merged(others));
    }

    // Where two servers describe one type, ours counts.
    private Map<String, Object> merged(List<Map<String, Object>> others) {
        Map<String, Object> tree = new LinkedHashMap<>(secondTree());
        for (String part : List.of("paths", "definitions")) {
            Map<String, Object> all = new TreeMap<>(Trees.map(tree, part));
            for (Map<String, Object> other : others) Trees.map(other, part).forEach(all::putIfAbsent);
            tree.put(part, all);
        }
        return tree;
    }

    private Map<String, Object> secondTree() {
        List<ApiKind> all = kindsByPath.values().stream().flatMap(List::stream).toList();
        return DocumentBuilder.second(all, serverVersion);
    }

    /**
     * Changes whenever the document of that path does; upper-case hex, fit for an ETag. It does not need the document:
     * built-in schemas are as fixed as the server's version.
     *
     * @param path as for {@link #third}; {@code v2} for the second version's document
     */
    public String hash(String path) {
        return hashes.computeIfAbsent(path, this::makeHash);
    }

    private String makeHash(String path) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-512");
            digest.update((serverVersion + " " + path).getBytes(StandardCharsets.UTF_8));
            kindsByPath.forEach((place, kinds) -> {
                if (!place.equals(path) && !path.equals("v2")) return;
                for (ApiKind kind : kinds) {
                    digest.update(kind.typeName().getBytes(StandardCharsets.UTF_8));
                    digest.update(kind.info().toString().getBytes(StandardCharsets.UTF_8));
                    if (kind.tree() != null) digest.update(Json.write(kind.tree()));
                }
            });
            return HexFormat.of().formatHex(digest.digest()).toUpperCase(Locale.ROOT);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-512", e);
        }
    }

    private byte[] bytes(String key, Supplier<byte[]> document) {
        SoftReference<byte[]> kept = made.get(key);
        byte[] bytes = kept == null ? null : kept.get();
        if (bytes == null) {
            bytes = document.get();
            made.put(key, new SoftReference<>(bytes));
        }
        return bytes;
    }
}
