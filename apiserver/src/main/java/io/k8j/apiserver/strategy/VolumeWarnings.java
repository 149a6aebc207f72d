package io.k8j.apiserver.strategy;

import io.k8j.apiserver.validation.Place;
import io.k8j.model.api.GoQuote;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What is odd about volumes of Pods: kinds that nobody serves any more, and files that hide each other. Pure functions. */
final class VolumeWarnings {
    /** Kinds in upstream's order. */
    private static final Map<String, String> OLD = new LinkedHashMap<>();

    static {
        OLD.put("photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+");
        OLD.put("gitRepo", "deprecated in v1.11, and disabled by default in v1.33+");
        OLD.put("scaleIO", "deprecated in v1.16, non-functional in v1.22+");
        OLD.put("flocker", "deprecated in v1.22, non-functional in v1.25+");
        OLD.put("storageos", "deprecated in v1.22, non-functional in v1.25+");
        OLD.put("quobyte", "deprecated in v1.22, non-functional in v1.25+");
        OLD.put("glusterfs", "deprecated in v1.25, non-functional in v1.26+");
        OLD.put("ephemeral", "");
        OLD.put("cephfs", "deprecated in v1.28, non-functional in v1.31+");
        OLD.put("rbd", "deprecated in v1.28, non-functional in v1.31+");
    }

    /** A file in a volume and where it comes from, empty if that is plain. */
    private record Mapped(String path, String source) {
        @Override
        public String toString() {
            return GoQuote.quote(path) + (source.isEmpty() ? "" : " (" + source + ")");
        }
    }

    private VolumeWarnings() {}

    static void add(List<String> warnings, Place volumes) {
        for (Place volume : volumes.items()) {
            OLD.forEach((kind, words) -> {
                Place source = volume.field(kind);
                if (kind.equals("ephemeral")) {
                    claim(warnings, source.at("volumeClaimTemplate", "spec"));
                } else if (source.present()) {
                    String name = kind.equals("storageos") ? "storageOS" : kind;
                    warnings.add(volume.path() + "." + name + ": " + words);
                }
            });
        }
        volumes.items().forEach(volume -> overlaps(warnings, volume));
    }

    /** What is odd about the spec of a claim. */
    static void claim(List<String> warnings, Place spec) {
        ContainerWarnings.fraction(warnings, spec.at("resources", "requests").key("storage"));
        ContainerWarnings.fraction(warnings, spec.at("resources", "limits").key("storage"));
    }

    private static void overlaps(List<String> warnings, Place volume) {
        for (String kind : List.of("configMap", "secret", "downwardAPI")) {
            Place source = volume.field(kind);
            if (source.isEmpty()) continue; // most volumes are of one kind, and of another one
            String title = switch (kind) {
                case "configMap" -> "ConfigMap " + GoQuote.quote(source.text("name"));
                case "secret" -> "Secret " + GoQuote.quote(source.text("secretName"));
                default -> "DownwardAPI";
            };
            List<Mapped> known = new ArrayList<>();
            for (Place item : source.field("items").items()) {
                collide(warnings, volume, title, known, new Mapped(trimmed(item.text("path")), ""));
            }
        }
        projected(warnings, volume);
    }

    private static void projected(List<String> warnings, Place volume) {
        List<Mapped> known = new ArrayList<>();
        for (Place source : volume.at("projected", "sources").items()) {
            if (source.isEmpty()) {
                warnings.add("volume " + GoQuote.quote(volume.text("name")) + " (Projected) has no sources provided");
                continue;
            }
            for (Mapped file : files(source)) {
                collide(warnings, volume, "Projected", known, file);
            }
        }
    }

    private static List<Mapped> files(Place source) {
        List<Mapped> files = new ArrayList<>();
        for (String kind : List.of("configMap", "secret", "downwardAPI")) {
            Place from = source.field(kind);
            if (from.isEmpty()) continue;
            String title = switch (kind) {
                case "configMap" -> "ConfigMap " + GoQuote.quote(from.text("name"));
                case "secret" -> "Secret " + GoQuote.quote(from.text("name"));
                default -> "DownwardAPI";
            };
            from.field("items").items().forEach(i -> files.add(new Mapped(trimmed(i.text("path")), title)));
        }
        Place token = source.field("serviceAccountToken");
        if (token.present()) {
            files.add(new Mapped(trimmed(token.text("path")), "ServiceAccountToken"));
        }
        Place bundle = source.field("clusterTrustBundle");
        if (bundle.present()) {
            String name = bundle.field("name").present() ? bundle.text("name") : bundle.text("signerName");
            files.add(new Mapped(trimmed(bundle.text("path")), "ClusterTrustBundle " + GoQuote.quote(name)));
        }
        return files;
    }

    private static void collide(List<String> warnings, Place volume, String title, List<Mapped> known, Mapped file) {
        for (Mapped other : known) {
            if (!file.path().isEmpty() && !other.path().isEmpty() && overlap(file.path(), other.path())) {
                warnings.add("volume %s (%s): overlapping paths: %s with %s"
                        .formatted(GoQuote.quote(volume.text("name")), title, file, other));
            }
        }
        known.add(file);
    }

    private static boolean overlap(String a, String b) {
        return (a + "/").startsWith(b + "/") || (b + "/").startsWith(a + "/");
    }

    private static String trimmed(String path) {
        int end = path.length();
        while (end > 0 && path.charAt(end - 1) == '/') end--;
        return path.substring(0, end);
    }
}
