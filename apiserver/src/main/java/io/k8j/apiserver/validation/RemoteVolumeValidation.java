package io.k8j.apiserver.validation;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** Checks volumes whose data lies on some storage system, of Pods and of the cluster alike. */
final class RemoteVolumeValidation {
    private static final Pattern IQN =
            Pattern.compile("iqn\\.\\d{4}-\\d{2}\\.([A-Za-z0-9.-]+)(:[^,;*&$|\\s]+)$", Pattern.DOTALL);
    private static final Pattern EUI = Pattern.compile("^eui.[A-Za-z0-9]{16}$");
    private static final Pattern NAA = Pattern.compile("^naa.[A-Za-z0-9]{32}$");
    private static final String PAIRS = "must be a host:port pair or multiple pairs separated by commas";
    private static final String MANAGED_DISK =
            "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}";
    private static final String BLOB_DISK =
            "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd";

    /** Fields without which a volume of these kinds cannot be found. */
    private static final Map<String, List<String>> REQUIRED = Map.ofEntries(
            Map.entry("glusterfs", List.of("endpoints", "path")),
            Map.entry("rbd", List.of("monitors", "image")),
            Map.entry("cephfs", List.of("monitors")),
            Map.entry("cinder", List.of("volumeID")),
            Map.entry("azureFile", List.of("secretName", "shareName")),
            Map.entry("vsphereVolume", List.of("volumePath")),
            Map.entry("photonPersistentDisk", List.of("pdID")),
            Map.entry("portworxVolume", List.of("volumeID")),
            Map.entry("azureDisk", List.of("diskName", "diskURI")),
            Map.entry("scaleIO", List.of("gateway", "system", "volumeName")));

    private RemoteVolumeValidation() {}

    /**
     * Checks a source by its kind; kinds that are none of these pass.
     *
     * @param cluster whether it belongs to a PersistentVolume, whose references to Secrets name their namespace
     */
    static void check(Findings f, String kind, Place s, boolean cluster) {
        for (String field : REQUIRED.getOrDefault(kind, List.of())) {
            VolumeValidation.required(f, s, field);
        }
        switch (kind) {
            case "gcePersistentDisk" -> disk(f, renamed(s, kind, "persistentDisk"), "pdName");
            case "awsElasticBlockStore" -> disk(f, s, "volumeID");
            case "nfs" -> nfs(f, s);
            case "iscsi" -> iscsi(f, s, cluster);
            case "glusterfs" -> glusterfs(f, s.field("endpointsNamespace"));
            case "flocker" -> flocker(f, s);
            case "cinder" -> secret(f, s.field("secretRef"), cluster);
            case "quobyte" -> quobyte(f, s);
            case "fc" -> fibreChannel(f, s);
            case "flexVolume" -> flex(f, s);
            case "azureFile" -> {
                Place namespace = s.field("secretNamespace");
                if (cluster && namespace.present() && namespace.isEmpty()) {
                    f.required(namespace);
                }
            }
            case "azureDisk" -> azureDisk(f, s);
            case "storageos" -> storageOs(f, s, cluster);
            default -> {}
        }
    }

    /** The path that upstream gives a source of this kind. */
    private static Place renamed(Place s, String kind, String name) {
        return new Place(s.value(), s.path().substring(0, s.path().length() - kind.length()) + name);
    }

    private static void disk(Findings f, Place s, String id) {
        VolumeValidation.required(f, s, id);
        long partition = s.number("partition");
        if (partition < 0 || partition > 255) {
            f.invalid(s.field("partition"), partition, "must be between 1 and 255, inclusive");
        }
    }

    private static void nfs(Findings f, Place s) {
        VolumeValidation.required(f, s, "server");
        VolumeValidation.required(f, s, "path");
        if (!s.text("path").startsWith("/")) {
            f.invalid(s.field("path"), s.text("path"), "must be an absolute path");
        }
    }

    private static void iscsi(Findings f, Place s, boolean cluster) {
        VolumeValidation.required(f, s, "targetPortal");
        String start = cluster ? "must be valid format" : "must be valid format starting with iqn, eui, or naa";
        if (s.text("iqn").isEmpty()) {
            f.required(s.field("iqn"));
        } else {
            initiator(f, s.field("iqn"), s.text("iqn"), start);
        }
        long lun = s.number("lun");
        if (lun < 0 || lun > 255) {
            f.invalid(s.field("lun"), lun, "must be between 0 and 255, inclusive");
        }
        Place secret = s.field("secretRef");
        if ((s.isTrue("chapAuthDiscovery") || s.isTrue("chapAuthSession")) && secret.absent()) {
            f.required(secret);
        }
        if (cluster && secret.present()) {
            VolumeValidation.required(f, secret, "name");
        }
        if (s.field("initiatorName").present()) {
            initiator(f, new Place(null, s.path() + ".initiatorname"), s.text("initiatorName"), start);
        }
    }

    private static void initiator(Findings f, Place at, String name, String start) {
        boolean iqn = name.startsWith("iqn");
        boolean eui = name.startsWith("eui");
        if (!iqn && !eui && !name.startsWith("naa")) {
            f.invalid(at, name, start);
        } else if (!(iqn ? IQN : eui ? EUI : NAA).matcher(name).find()) {
            f.invalid(at, name, "must be valid format");
        }
    }

    private static void glusterfs(Findings f, Place namespace) {
        if (namespace.present() && namespace.isEmpty()) {
            f.invalid(namespace, "", "if the endpointnamespace is set, it must be a valid namespace name");
        } else if (namespace.present()) {
            Meta.dnsLabel(f, namespace);
        }
    }

    private static void flocker(Findings f, Place s) {
        boolean name = !s.text("datasetName").isEmpty();
        boolean id = !s.text("datasetUUID").isEmpty();
        if (!name && !id) {
            f.required(s, "one of datasetName and datasetUUID is required");
        }
        if (name && id) {
            f.invalid(s, "resource", "datasetName and datasetUUID can not be specified simultaneously");
        }
        if (s.text("datasetName").contains("/")) {
            f.invalid(s.field("datasetName"), "must not contain '/'");
        }
    }

    private static void quobyte(Findings f, Place s) {
        String registry = s.text("registry");
        if (registry.isEmpty()) {
            f.required(s.field("registry"), PAIRS);
        } else if (s.text("tenant").length() >= 65) {
            f.required(s.field("tenant"), "must be a UUID and may not exceed a length of 64 characters");
        } else {
            for (String pair : registry.split(",", -1)) {
                if (!isHostAndPort(pair)) {
                    f.invalid(s.field("registry"), registry, PAIRS);
                }
            }
        }
        VolumeValidation.required(f, s, "volume");
    }

    private static boolean isHostAndPort(String pair) {
        int colon = pair.lastIndexOf(':');
        if (colon < 0) {
            return false;
        }
        String host = pair.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        String bare = bracketed ? host.substring(1, host.length() - 1) : host;
        return (bracketed || !bare.contains(":")) && !bare.contains("[") && !bare.contains("]");
    }

    private static void fibreChannel(Findings f, Place s) {
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

    private static void flex(Findings f, Place s) {
        VolumeValidation.required(f, s, "driver");
        for (String key : Meta.sorted(s.field("options")).keySet()) {
            String domain =
                    "." + (key.contains("/") ? key.substring(0, key.indexOf('/')) : key).toLowerCase(Locale.ROOT);
            if (domain.endsWith(".kubernetes.io") || domain.endsWith(".k8s.io")) {
                f.invalid(s.field("options").key(key), key, "kubernetes.io and k8s.io namespaces are reserved");
            }
        }
    }

    private static void azureDisk(Findings f, Place s) {
        Meta.optionalOneOf(f, s.field("cachingMode"), List.of("None", "ReadOnly", "ReadWrite"));
        Place kind = s.field("kind");
        Meta.optionalOneOf(f, kind, List.of("Dedicated", "Managed", "Shared"));
        String uri = s.text("diskURI");
        boolean managed = kind.text().equals("Managed");
        if (managed && !uri.startsWith("/subscriptions/")) {
            f.notSupported(s.field("diskURI"), uri, List.of(MANAGED_DISK));
        }
        if (kind.present() && !managed && !uri.startsWith("https://")) {
            f.notSupported(s.field("diskURI"), uri, List.of(BLOB_DISK));
        }
    }

    private static void storageOs(Findings f, Place s, boolean cluster) {
        if (s.text("volumeName").isEmpty()) {
            f.required(s.field("volumeName"));
        } else {
            Meta.dnsLabel(f, s.field("volumeName"));
        }
        if (!s.text("volumeNamespace").isEmpty()) {
            Meta.dnsLabel(f, s.field("volumeNamespace"));
        }
        secret(f, s.field("secretRef"), cluster);
    }

    private static void secret(Findings f, Place secret, boolean cluster) {
        if (secret.present()) {
            VolumeValidation.required(f, secret, "name");
            if (cluster) {
                VolumeValidation.required(f, secret, "namespace");
            }
        }
    }
}
