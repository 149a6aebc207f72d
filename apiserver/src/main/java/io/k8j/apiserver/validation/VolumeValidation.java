package io.k8j.apiserver.validation;

import io.k8j.model.api.GoQuote;
import io.k8j.model.quantity.Quantity;
import io.k8j.model.validation.Names;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Checks the volumes of a Pod. */
final class VolumeValidation {
    private static final String MANY = "may not specify more than 1 volume type";
    static final String MODE = "must be a number between 0 and 0777 (octal), both inclusive";
    private static final List<String> HOST_PATH_TYPES = List.of(
            "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket");
    /** Sources in the order in which upstream looks at them. */
    private static final List<String> SOURCES = List.of(
            "emptyDir",
            "hostPath",
            "gitRepo",
            "gcePersistentDisk",
            "awsElasticBlockStore",
            "secret",
            "nfs",
            "iscsi",
            "glusterfs",
            "flocker",
            "persistentVolumeClaim",
            "rbd",
            "cinder",
            "cephfs",
            "quobyte",
            "downwardAPI",
            "fc",
            "flexVolume",
            "configMap",
            "azureFile",
            "vsphereVolume",
            "photonPersistentDisk",
            "portworxVolume",
            "azureDisk",
            "storageos",
            "projected",
            "scaleIO",
            "csi",
            "ephemeral",
            "image");

    /** How upstream spells these kinds when they come second. */
    private static final Map<String, String> TWICE = Map.of("cephfs", "cephFS", "downwardAPI", "downwarAPI");

    private VolumeValidation() {}

    /**
     * Checks all volumes.
     *
     * @param podName name of the Pod; empty for templates
     * @return the well-formed volumes by name
     */
    static Map<String, Place> check(Findings f, Place volumes, String podName) {
        Map<String, Place> known = new HashMap<>();
        Set<String> made = new HashSet<>();
        if (!podName.isEmpty()) {
            for (Place volume : volumes.items()) {
                if (volume.field("ephemeral").present()) {
                    made.add(podName + "-" + volume.text("name"));
                }
            }
        }
        for (Place volume : volumes.items()) {
            Findings own = new Findings();
            source(own, volume, podName);
            Place name = volume.field("name");
            if (name.text().isEmpty()) {
                own.required(name);
            } else {
                Meta.dnsLabel(own, name);
            }
            if (known.containsKey(name.text())) {
                own.duplicate(name, name.text());
            }
            if (own.isEmpty()) {
                known.put(name.text(), volume);
            }
            f.addAll(own);
            Place claim = volume.at("persistentVolumeClaim", "claimName");
            if (volume.field("persistentVolumeClaim").present() && made.contains(claim.text())) {
                f.invalid(claim, claim.text(), "must not reference a PVC that gets created for an ephemeral volume");
            }
        }
        return known;
    }

    private static void source(Findings f, Place volume, String podName) {
        boolean found = false;
        for (String kind : SOURCES) {
            Place source = volume.field(kind);
            if (source.absent()) {
                continue;
            }
            if (found) {
                f.forbidden(volume.field(TWICE.getOrDefault(kind, kind)), MANY);
            } else {
                found = true;
                one(f, kind, source);
                if (kind.equals("ephemeral")) {
                    claimName(f, volume, podName);
                }
            }
            if (kind.equals("iscsi")
                    && source.field("initiatorName").present()
                    && (volume.text("name") + ":" + source.text("targetPortal")).length() > 64) {
                f.invalid(
                        volume.field("name"),
                        volume.text("name"),
                        "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if"
                                + " iscsi.initiatorName is specified.");
            }
        }
        if (!found) {
            f.required(volume, "must specify a volume type");
        }
    }

    private static void claimName(Findings f, Place volume, String podName) {
        if (podName.isEmpty() || volume.text("name").isEmpty()) {
            return;
        }
        String claim = podName + "-" + volume.text("name");
        for (String message : Names.dns1123Subdomain(claim)) {
            f.invalid(volume.field("name"), volume.text("name"), "PVC name " + GoQuote.quote(claim) + ": " + message);
        }
    }

    private static void one(Findings f, String kind, Place s) {
        switch (kind) {
            case "emptyDir" -> {
                Quantity limit = ResourceValidation.quantity(s.field("sizeLimit"));
                if (limit != null && limit.signum() < 0) {
                    f.forbidden(s.field("sizeLimit"), "SizeLimit field must be a valid resource quantity");
                }
            }
            case "hostPath" -> hostPath(f, s);
            case "gitRepo" -> {
                required(f, s, "repository");
                PathValidation.localDescending(f, s.field("directory"));
            }
            case "secret" -> keys(f, s, "secretName");
            case "configMap" -> keys(f, s, "name");
            case "persistentVolumeClaim" -> required(f, s, "claimName");
            case "downwardAPI" -> {
                mode(f, s.field("defaultMode"));
                s.field("items").items().forEach(item -> downwardFile(f, item.with(item.value()), s));
            }
            case "csi" -> csi(f, s);
            case "projected" -> ProjectedVolumeValidation.check(f, s);
            case "ephemeral" -> ephemeral(f, s);
            case "image" -> image(f, s);
            default -> RemoteVolumeValidation.check(f, kind, s, false);
        }
    }

    static void required(Findings f, Place source, String field) {
        if (source.field(field).isEmpty()) {
            f.required(source.field(field));
        }
    }

    static void hostPath(Findings f, Place s) {
        if (s.text("path").isEmpty()) {
            f.required(s.field("path"));
            return;
        }
        PathValidation.noBacksteps(f, s.field("path"));
        Meta.optionalOneOf(f, s.field("type"), HOST_PATH_TYPES);
    }

    private static void keys(Findings f, Place s, String name) {
        required(f, s, name);
        mode(f, s.field("defaultMode"));
        s.field("items").items().forEach(item -> keyToPath(f, item));
    }

    static void mode(Findings f, Place mode) {
        if (mode.present() && (mode.number(0) < 0 || mode.number(0) > 0777)) {
            f.invalid(mode, MODE);
        }
    }

    static void keyToPath(Findings f, Place item) {
        required(f, item, "key");
        required(f, item, "path");
        PathValidation.localNonReserved(f, item.field("path"));
        mode(f, item.field("mode"));
    }

    /** @param list where upstream says the mistake is: the source, not the item */
    static void downwardFile(Findings f, Place item, Place list) {
        Place at = new Place(item.value(), list.path());
        required(f, at, "path");
        PathValidation.localNonReserved(f, at.field("path"));
        if (at.field("fieldRef").present()) {
            EnvValidation.fieldRef(f, at.field("fieldRef"), EnvValidation.VOLUME_FIELDS);
            if (at.field("resourceFieldRef").present()) {
                f.invalid(at, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously");
            }
        } else if (at.field("resourceFieldRef").present()) {
            EnvValidation.resourceRef(f, at.field("resourceFieldRef"), true);
        } else {
            f.required(at, "one of fieldRef and resourceFieldRef is required");
        }
        mode(f, at.field("mode"));
    }

    private static void csi(Findings f, Place s) {
        CsiValidation.driverName(f, s.field("driver"));
        Place secret = s.field("nodePublishSecretRef");
        if (secret.present() && secret.text("name").isEmpty()) {
            f.required(secret.field("name"));
        } else if (secret.present()) {
            Meta.dnsSubdomain(f, s.field("name").with(secret.text("name")));
        }
    }

    private static void ephemeral(Findings f, Place s) {
        Place template = s.field("volumeClaimTemplate");
        if (template.absent()) {
            f.required(template);
            return;
        }
        TemplateMeta.check(f, template.field("metadata"));
        StorageValidation.claimSpec(f, template.field("spec"));
    }

    private static void image(Findings f, Place s) {
        if (s.path().startsWith("spec.volumes")) required(f, s, "reference"); // templates may leave it open
        Meta.requiredOneOf(f, s.field("pullPolicy"), ContainerValidation.PULL_POLICIES);
    }
}
