package io.k8j.e2e.images;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Images in a directory in the <a href="https://github.com/opencontainers/image-spec/blob/v1.1.0/image-layout.md">OCI
 * image layout</a>. A tag is a full reference such as {@code docker.io/library/nginx:1.25.3}. Reading is safe for many
 * threads once writing is over.
 */
public final class ImageStore {
    static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    static final String CONFIG = "application/vnd.oci.image.config.v1+json";
    static final String LAYER = "application/vnd.oci.image.layer.v1.tar+gzip";
    static final String LAYOUT = "{\"imageLayoutVersion\":\"1.0.0\"}";
    static final JsonMapper JSON = JsonMapper.shared();

    /** Where a blob lies and what it is, as manifests and indexes name it. */
    public record Descriptor(String mediaType, String digest, long size) {}

    private final Path directory;
    private final TreeMap<String, Descriptor> tags = new TreeMap<>();

    private ImageStore(Path directory) {
        this.directory = directory;
    }

    static ImageStore create(Path directory) throws IOException {
        Files.createDirectories(directory.resolve("blobs/sha256"));
        Files.writeString(directory.resolve("oci-layout"), LAYOUT);
        return new ImageStore(directory);
    }

    static ImageStore open(Path directory) throws IOException {
        var store = new ImageStore(directory);
        for (JsonNode entry : JSON.readTree(Files.readAllBytes(directory.resolve("index.json")))
                .path("manifests")) {
            store.tags.put(
                    entry.at("/annotations/io.containerd.image.name").asString(),
                    JSON.treeToValue(
                            JSON.createObjectNode()
                                    .put("mediaType", entry.path("mediaType").asString())
                                    .put("digest", entry.path("digest").asString())
                                    .put("size", entry.path("size").asLong()),
                            Descriptor.class));
        }
        return store;
    }

    Descriptor put(String mediaType, byte[] content) throws IOException {
        var descriptor = new Descriptor(mediaType, digest(content), content.length);
        Path file = blob(descriptor.digest());
        if (!Files.exists(file)) {
            Path partial = Files.createTempFile(file.getParent(), "partial", "");
            Files.write(partial, content);
            Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
        }
        return descriptor;
    }

    void tag(String reference, Descriptor manifest) {
        tags.put(reference, manifest);
    }

    /** Writes {@code index.json}; without it the directory holds no image. */
    void writeIndex() throws IOException {
        Files.write(directory.resolve("index.json"), index(tags));
    }

    static byte[] index(Map<String, Descriptor> tags) {
        var index = JSON.createObjectNode().put("schemaVersion", 2);
        index.put("mediaType", "application/vnd.oci.image.index.v1+json");
        var manifests = index.putArray("manifests");
        tags.forEach((reference, manifest) -> manifests
                .addObject()
                .put("mediaType", manifest.mediaType())
                .put("digest", manifest.digest())
                .put("size", manifest.size())
                .putObject("annotations")
                .put("io.containerd.image.name", reference)
                .put("org.opencontainers.image.ref.name", reference.substring(reference.lastIndexOf(':') + 1)));
        return JSON.writeValueAsBytes(index);
    }

    /** All full references of this store, sorted. */
    public List<String> references() {
        return List.copyOf(tags.keySet());
    }

    /** The manifest behind a full reference. */
    public Optional<Descriptor> find(String reference) {
        return Optional.ofNullable(tags.get(reference));
    }

    /** The file of a blob, which need not exist. */
    public Path blob(String digest) {
        return directory.resolve("blobs/sha256").resolve(digest.substring("sha256:".length()));
    }

    static String digest(byte[] content) {
        try {
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
