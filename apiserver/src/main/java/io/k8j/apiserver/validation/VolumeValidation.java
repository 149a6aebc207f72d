package io.k8j.apiserver.validation;

import io.k8j.model.api.GoQuote;
import io.k8j.model.quantity.Quantity;
import io.k8j.model.validation.Names;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Checks the volumes of a Pod. */
final class VolumeValidation {
    private static final String MANY = "may not specify more than 1 volume type";
    static final String MODE = "must be a number between 0 and 0777 (octal), both inclusive";
    private static final List<String> HOST_PATH_TYPES = List.of(
            "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket");
    private static final Pattern IQN = Pattern.compile("iqn\\.\\d{4}-\\d{2}\\.([a-z0-9.-]+)(:[^,;*&$|\\s]+)");
    private static final Pattern EUI = Pattern.compile("eui\\.[0-9A-Fa-f]{16}");
    private static final Pattern NAA = Pattern.compile("naa\\.[0-9A-Fa-f]{32}");

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
                f.forbidden(source, MANY);
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
            case "gcePersistentDisk" -> disk(f, s.with(s.value()), "pdName");
            case "awsElasticBlockStore" -> disk(f, s, "volumeID");
            case "secret" -> keys(f, s, "secretName");
            case "configMap" -> keys(f, s, "name");
            case "nfs" -> {
                required(f, s, "server");
                required(f, s, "path");
                if (!s.text("path").startsWith("/")) {
                    f.invalid(s.field("path"), s.text("path"), "must be an absolute path");
                }
            }
            case "iscsi" -> iscsi(f, s);
            case "glusterfs" -> {
                required(f, s, "endpoints");
                required(f, s, "path");
            }
            case "persistentVolumeClaim" -> required(f, s, "claimName");
            case "rbd" -> {
                required(f, s, "monitors");
                required(f, s, "image");
            }
            case "cinder" -> required(f, s, "volumeID");
            case "cephfs" -> required(f, s, "monitors");
            case "downwardAPI" -> {
                mode(f, s.field("defaultMode"));
                s.field("items").items().forEach(item -> downwardFile(f, item.with(item.value()), s));
            }
            case "fc" -> fibreChannel(f, s);
            case "flexVolume", "csi" -> driver(f, s, kind);
            case "azureFile" -> {
                required(f, s, "secretName");
                required(f, s, "shareName");
            }
            case "vsphereVolume" -> required(f, s, "volumePath");
            case "photonPersistentDisk" -> required(f, s, "pdID");
            case "portworxVolume" -> required(f, s, "volumeID");
            case "azureDisk" -> {
                required(f, s, "diskName");
                required(f, s, "diskURI");
            }
            case "projected" -> ProjectedVolumeValidation.check(f, s);
            case "ephemeral" -> ephemeral(f, s);
            case "image" -> image(f, s);
            default -> {} // the remaining kinds are dead upstream and have no checks worth having
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

    static void disk(Findings f, Place s, String id) {
        required(f, s, id);
        long partition = s.number("partition");
        if (partition < 0 || partition > 255) {
            f.invalid(s.field("partition"), partition, "must be between 0 and 255, inclusive");
        }
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

    static void iscsi(Findings f, Place s) {
        required(f, s, "targetPortal");
        if (s.text("iqn").isEmpty()) {
            f.required(s.field("iqn"));
        } else {
            initiator(f, s.field("iqn"), s.text("iqn"));
        }
        long lun = s.number("lun");
        if (lun < 0 || lun > 255) {
            f.invalid(s.field("lun"), lun, "must be between 0 and 255, inclusive");
        }
        if ((s.isTrue("chapAuthDiscovery") || s.isTrue("chapAuthSession"))
                && s.field("secretRef").absent()) {
            f.required(s.field("secretRef"));
        }
        if (s.field("initiatorName").present()) {
            initiator(f, new Place(null, s.path() + ".initiatorname"), s.text("initiatorName"));
        }
    }

    private static void initiator(Findings f, Place at, String name) {
        boolean iqn = name.startsWith("iqn");
        boolean eui = name.startsWith("eui");
        if (!iqn && !eui && !name.startsWith("naa")) {
            f.invalid(at, name, "must be valid format starting with iqn, eui, or naa");
        } else if (!(iqn ? IQN : eui ? EUI : NAA).matcher(name).matches()) {
            f.invalid(at, name, "must be valid format");
        }
    }

    static void fibreChannel(Findings f, Place s) {
        Place names = s.field("targetWWNs");
        Place ids = s.field("wwids");
        if (names.isEmpty() && ids.isEmpty()) {
            f.required(names, "must specify either targetWWNs or wwids, but not both");
        }
        if (!names.isEmpty() && !ids.isEmpty()) {
            f.invalid(names, "targetWWNs and wwids can not be specified simultaneously");
        }
        if (!names.isEmpty()) {
            Place lun = s.field("lun");
            if (lun.absent()) {
                f.required(lun, "lun is required if targetWWNs is specified");
            } else if (lun.number(0) < 0 || lun.number(0) > 255) {
                f.invalid(lun, "must be between 0 and 255, inclusive");
            }
        }
    }

    static void driver(Findings f, Place s, String kind) {
        required(f, s, "driver");
        if (kind.equals("csi")) {
            if (!s.text("driver").isEmpty()) {
                CsiValidation.driverName(f, s.field("driver"));
            }
            Place secret = s.field("nodePublishSecretRef");
            if (secret.present() && secret.text("name").isEmpty()) {
                f.required(secret.field("name"));
            }
        } else {
            for (String key : Meta.sorted(s.field("options")).keySet()) {
                String domain = key.contains("/") ? key.substring(0, key.indexOf('/')) : key;
                if (domain.equals("kubernetes.io")
                        || domain.endsWith(".kubernetes.io")
                        || domain.equals("k8s.io")
                        || domain.endsWith(".k8s.io")) {
                    f.invalid(s.at("options").key(key), key, "kubernetes.io and k8s.io namespaces are reserved");
                }
            }
        }
    }

    private static void ephemeral(Findings f, Place s) {
        Place template = s.field("volumeClaimTemplate");
        if (template.absent()) {
            f.required(template);
            return;
        }
        Meta.labels(f, template.at("metadata", "labels"));
        Meta.annotations(f, template.at("metadata", "annotations"));
        StorageValidation.claimSpec(f, template.field("spec"));
    }

    private static void image(Findings f, Place s) {
        required(f, s, "reference");
        Meta.requiredOneOf(f, s.field("pullPolicy"), ContainerValidation.PULL_POLICIES);
    }
}
