package io.k8j.e2e.images;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import tools.jackson.databind.JsonNode;

/** Packs images of a store into one tar file, as {@code docker save} or an OCI tool would. */
public final class ImageArchive {
    private ImageArchive() {}

    /**
     * Writes an archive in the OCI image layout.
     *
     * @throws IllegalArgumentException if a reference is not in the store
     */
    public static void writeOci(ImageStore store, List<String> references, Path file) throws IOException {
        var entries = new LinkedHashMap<String, byte[]>();
        var tags = new TreeMap<String, ImageStore.Descriptor>();
        entries.put("oci-layout", ImageStore.LAYOUT.getBytes(StandardCharsets.UTF_8));
        for (String reference : references) {
            var manifest = find(store, reference);
            tags.put(reference, manifest);
            JsonNode content = manifest(store, manifest);
            putBlob(entries, store, manifest.digest());
            putBlob(entries, store, content.at("/config/digest").asString());
            for (JsonNode layer : content.path("layers")) {
                putBlob(entries, store, layer.path("digest").asString());
            }
        }
        entries.put("index.json", ImageStore.index(tags));
        write(entries, file);
    }

    /**
     * Writes an archive in the older format of {@code docker save}: {@code manifest.json} and uncompressed layers.
     *
     * @throws IllegalArgumentException if a reference is not in the store
     */
    public static void writeDocker(ImageStore store, List<String> references, Path file) throws IOException {
        var entries = new LinkedHashMap<String, byte[]>();
        var manifests = ImageStore.JSON.createArrayNode();
        for (String reference : references) {
            JsonNode content = manifest(store, find(store, reference));
            String config = content.at("/config/digest").asString();
            String configName = config.substring("sha256:".length()) + ".json";
            entries.put(configName, Files.readAllBytes(store.blob(config)));
            var manifest = manifests.addObject().put("Config", configName);
            manifest.putArray("RepoTags").add(reference);
            var layers = manifest.putArray("Layers");
            for (JsonNode layer : content.path("layers")) {
                String digest = layer.path("digest").asString();
                String name = digest.substring("sha256:".length()) + "/layer.tar";
                try (var tar = new GZIPInputStream(Files.newInputStream(store.blob(digest)))) {
                    entries.put(name, tar.readAllBytes());
                }
                layers.add(name);
            }
        }
        entries.put("manifest.json", ImageStore.JSON.writeValueAsBytes(manifests));
        write(entries, file);
    }

    private static ImageStore.Descriptor find(ImageStore store, String reference) {
        return store.find(reference).orElseThrow(() -> new IllegalArgumentException("no image " + reference));
    }

    private static JsonNode manifest(ImageStore store, ImageStore.Descriptor manifest) throws IOException {
        return ImageStore.JSON.readTree(Files.readAllBytes(store.blob(manifest.digest())));
    }

    private static void putBlob(Map<String, byte[]> entries, ImageStore store, String digest) throws IOException {
        entries.put("blobs/sha256/" + digest.substring("sha256:".length()), Files.readAllBytes(store.blob(digest)));
    }

    private static void write(Map<String, byte[]> entries, Path file) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        Files.createDirectories(directory);
        Path partial = Files.createTempFile(directory, "archive", ".partial");
        try (var tar = new TarArchiveOutputStream(Files.newOutputStream(partial), StandardCharsets.UTF_8.name())) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            for (var entry : entries.entrySet()) {
                var header = new TarArchiveEntry(entry.getKey());
                header.setSize(entry.getValue().length);
                header.setModTime(0L);
                tar.putArchiveEntry(header);
                tar.write(entry.getValue());
                tar.closeArchiveEntry();
            }
        }
        Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
