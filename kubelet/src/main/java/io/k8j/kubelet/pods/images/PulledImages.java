package io.k8j.kubelet.pods.images;

import io.k8j.model.json.Json;
import io.k8j.model.json.JsonException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who may use the images that this node has pulled, by upstream's policy NeverVerifyPreloadedImages: an image that was
 * pulled with a Secret's credentials is for Pods that have the same, and others must pull it themselves. Images that were
 * not pulled by this node's agent are for all. Kept on disk; what cannot be read or was interrupted counts as pulled with
 * unknown credentials. Thread-safe.
 */
public final class PulledImages {
    /** A Secret and what it held, as a hash. */
    record Credential(String uid, String namespace, String name, String hash) {
        private static Credential of(Map<?, ?> tree) {
            return new Credential(
                    String.valueOf(tree.get("uid")),
                    String.valueOf(tree.get("namespace")),
                    String.valueOf(tree.get("name")),
                    String.valueOf(tree.get("credentialHash")));
        }

        private Map<String, Object> tree() {
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("uid", uid);
            tree.put("namespace", namespace);
            tree.put("name", name);
            tree.put("credentialHash", hash);
            return tree;
        }

        private boolean isSameSecret(Credential other) {
            return uid.equals(other.uid) && namespace.equals(other.namespace) && name.equals(other.name);
        }
    }

    private static final Logger log = LoggerFactory.getLogger(PulledImages.class);
    private static final int MOST_SECRETS = 100;

    private final Path records;
    private final Path intents;
    private final Map<String, Integer> underWay = new HashMap<>(); // by image; guarded by this

    /** @param dir of its own; made when it is needed */
    public PulledImages(Path dir) {
        this.records = dir.resolve("pulled");
        this.intents = dir.resolve("pulling");
    }

    /**
     * A pull begins.
     *
     * @throws IOException if that cannot be noted; then the image must not be pulled
     */
    synchronized void begin(String image) throws IOException {
        if (underWay.merge(image, 1, Integer::sum) == 1) {
            Map<String, Object> intent = head("ImagePullIntent");
            intent.put("image", image);
            try {
                write(intents.resolve(fileName(image)), intent);
            } catch (IOException e) {
                underWay.remove(image);
                throw e;
            }
        }
    }

    /** A pull has failed. */
    synchronized void failed(String image) {
        if (underWay.merge(image, -1, Integer::sum) > 0) return;
        underWay.remove(image);
        try {
            Files.deleteIfExists(intents.resolve(fileName(image)));
        } catch (IOException e) {
            log.atWarn().addKeyValue("image", image).setCause(e).log("end of a pull not noted");
        }
    }

    /**
     * A pull has succeeded.
     *
     * @param id of the image
     * @param used null if the registry gave it to anybody
     * @param fresh whether the image was not there before, so that what was known of it is void
     */
    synchronized void pulled(String image, String id, Credential used, boolean fresh) {
        try {
            Map<String, Object> mapping = fresh ? new LinkedHashMap<>() : mapping(id);
            Map<?, ?> before = mapping.get(repository(image)) instanceof Map<?, ?> known ? known : Map.of();
            if (!Boolean.TRUE.equals(before.get("nodePodsAccessible"))) {
                mapping.put(
                        repository(image),
                        used == null
                                ? Map.of("nodePodsAccessible", true)
                                : Map.of("kubernetesSecrets", with(secrets(before), used)));
            }
            Map<String, Object> whole = head("ImagePulledRecord");
            whole.put("imageRef", id);
            whole.put("credentialMapping", mapping);
            write(records.resolve(fileName(id)), whole);
            failed(image); // no longer under way
        } catch (IOException e) {
            // The note that it was under way stays, so that nobody gets what he must not have.
            log.atWarn().addKeyValue("image", image).setCause(e).log("pulled image not noted");
        }
    }

    private static List<Map<String, Object>> with(List<Credential> known, Credential used) {
        List<Credential> all = new ArrayList<>(known);
        all.removeIf(used::isSameSecret);
        all.add(used);
        return all.stream()
                .skip(Math.max(0, all.size() - MOST_SECRETS))
                .map(Credential::tree)
                .toList();
    }

    /**
     * Whether a Pod must pull an image although it is there.
     *
     * @param mine the Pod's credentials for the image; asked for only if it depends on them
     */
    synchronized boolean mustPull(String image, String id, Supplier<List<Credential>> mine) {
        try {
            if (!Files.exists(records.resolve(fileName(id)))) {
                return Files.exists(intents.resolve(fileName(image)));
            }
            if (!(mapping(id).get(repository(image)) instanceof Map<?, ?> known)) return true;
            if (Boolean.TRUE.equals(known.get("nodePodsAccessible"))) return false;
            List<Credential> secrets = secrets(known);
            for (Credential own : mine.get()) {
                for (Credential other : secrets) {
                    if (own.hash().equals(other.hash()) || own.isSameSecret(other)) return false;
                }
            }
            return true;
        } catch (IOException e) {
            log.atWarn().addKeyValue("image", image).setCause(e).log("note of a pulled image not read");
            return true;
        }
    }

    private Map<String, Object> mapping(String id) throws IOException {
        Path file = records.resolve(fileName(id));
        if (!Files.exists(file)) return new LinkedHashMap<>();
        try {
            Map<String, Object> mapping = new LinkedHashMap<>();
            if (Json.parseObject(Files.readAllBytes(file)).get("credentialMapping") instanceof Map<?, ?> all) {
                all.forEach((name, value) -> mapping.put(String.valueOf(name), value));
            }
            return mapping;
        } catch (JsonException e) {
            throw new IOException(e);
        }
    }

    private static List<Credential> secrets(Map<?, ?> known) {
        List<Credential> found = new ArrayList<>();
        if (known.get("kubernetesSecrets") instanceof List<?> list) {
            for (Object one : list) if (one instanceof Map<?, ?> tree) found.add(Credential.of(tree));
        }
        return found;
    }

    private static Map<String, Object> head(String kind) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("kind", kind);
        tree.put("apiVersion", "kubelet.config.k8s.io/v1beta1");
        return tree;
    }

    private static void write(Path file, Map<String, Object> tree) throws IOException {
        Files.createDirectories(file.getParent());
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.write(fresh, Json.write(tree));
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** An image's name without tag and digest. */
    static String repository(String image) {
        String name = image.indexOf('@') < 0 ? image : image.substring(0, image.indexOf('@'));
        int colon = name.lastIndexOf(':');
        return colon > name.lastIndexOf('/') ? name.substring(0, colon) : name;
    }

    private static String fileName(String text) {
        return "sha256-" + sha256(text);
    }

    static String sha256(String text) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
