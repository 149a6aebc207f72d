package io.k8j.apiserver.validation;

import io.k8j.model.api.FieldError;
import io.k8j.model.json.Trees;
import io.k8j.model.quantity.Quantity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Checks volumes of the cluster. */
public final class PersistentVolumeValidation {
    private static final String MANY = "may not specify more than 1 volume type";
    private static final String INLINE = "may not be specified in the context of inline volumes";

    /** Kinds of volumes in the order in which upstream looks at them. */
    private static final List<String> SOURCES = List.of(
            "hostPath",
            "gcePersistentDisk",
            "awsElasticBlockStore",
            "glusterfs",
            "flocker",
            "nfs",
            "rbd",
            "quobyte",
            "cephfs",
            "iscsi",
            "cinder",
            "fc",
            "flexVolume",
            "azureFile",
            "vsphereVolume",
            "photonPersistentDisk",
            "portworxVolume",
            "azureDisk",
            "scaleIO",
            "local",
            "storageos",
            "csi");

    private static final String MOUNT_OPTIONS = "volume.beta.kubernetes.io/mount-options";

    /** Volumes that are mounted with options. */
    private static final List<String> MOUNTED = List.of(
            "gcePersistentDisk",
            "awsElasticBlockStore",
            "glusterfs",
            "nfs",
            "rbd",
            "quobyte",
            "iscsi",
            "cinder",
            "cephfs",
            "azureFile",
            "vsphereVolume",
            "azureDisk",
            "photonPersistentDisk");

    private static final Map<Object, String> NEW_LABELS = Map.of(
            "failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone",
            "failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region",
            "beta.kubernetes.io/os", "kubernetes.io/os",
            "beta.kubernetes.io/arch", "kubernetes.io/arch",
            "beta.kubernetes.io/instance-type", "node.kubernetes.io/instance-type");

    private PersistentVolumeValidation() {}

    public static List<FieldError> create(Map<String, Object> object) {
        Findings f = new Findings();
        Place spec = Place.of(object).field("spec");
        String name = Place.of(object).at("metadata", "name").text();
        modes(f, spec);
        Place capacity = spec.field("capacity");
        if (capacity.isEmpty()) {
            f.required(capacity);
        }
        if (capacity.field("storage").absent() || capacity.size() > 1) {
            f.notSupported(capacity, capacity.absent() ? null : Meta.sorted(capacity), List.of("storage"));
        }
        amounts(f, capacity);
        Place policy = reclaimPolicy(spec);
        Meta.optionalOneOf(f, policy, List.of("Delete", "Recycle", "Retain"));
        Place affinity = spec.field("nodeAffinity");
        if (affinity.present()) {
            if (affinity.field("required").present()) {
                AffinityValidation.nodeSelector(f, affinity.field("required"));
            } else {
                f.required(affinity.field("required"), "must specify required node constraints");
            }
        }
        sources(f, spec, name);
        if (spec.at("hostPath", "path").text().matches("/+\\.?/*")
                && policy.text().equals("Recycle")) {
            f.forbidden(policy, "may not be 'recycle' for a hostPath mount of '/'");
        }
        StorageValidation.className(f, spec.field("storageClassName"));
        Meta.optionalOneOf(f, spec.field("volumeMode"), List.of("Block", "Filesystem"));
        attributesClass(f, spec);
        Place options = Place.of(object).at("metadata", "annotations").field(MOUNT_OPTIONS);
        if (options.present()
                && MOUNTED.stream().allMatch(kind -> spec.field(kind).absent())) {
            f.forbidden(options, "may not specify mount options for this volume type");
        }
        return f.list();
    }

    /** Checks a volume that an attachment brings along: only drivers have such ones, and they are nobody's. */
    static void inline(Findings f, Place spec) {
        if (spec.field("claimRef").present()) {
            f.forbidden(spec.field("claimRef"), INLINE);
        }
        if (!spec.field("capacity").isEmpty()) {
            f.forbidden(spec.field("capacity"), INLINE);
        }
        if (spec.field("csi").absent()) {
            f.required(spec.field("csi"), "has to be specified in the context of inline volumes");
        }
        modes(f, spec);
        Place policy = reclaimPolicy(spec);
        if (policy.present() && !policy.text().equals("Retain")) {
            f.forbidden(policy, "may only be Retain in the context of inline volumes");
        }
        if (spec.field("nodeAffinity").present()) {
            f.forbidden(spec.field("nodeAffinity"), INLINE);
        }
        sources(f, spec, "");
        if (!spec.text("storageClassName").isEmpty()) {
            f.forbidden(spec.field("storageClassName"), INLINE);
        }
        Place mode = spec.field("volumeMode");
        if (mode.present() && !mode.text().equals("Filesystem")) {
            f.forbidden(mode, "may not specify volumeMode other than Filesystem in the context of inline volumes");
        }
    }

    private static void modes(Findings f, Place spec) {
        if (spec.field("accessModes").isEmpty()) {
            f.required(spec.field("accessModes"));
        }
        StorageValidation.accessModes(f, spec.field("accessModes"));
    }

    static void amounts(Findings f, Place amounts) {
        for (String name : Meta.sorted(amounts).keySet()) {
            amount(f, amounts.key(name));
        }
    }

    static void amount(Findings f, Place at) {
        Quantity amount = ResourceValidation.quantity(at);
        if (amount != null && amount.signum() < 0) {
            f.invalid(at, amount.value(), "must be a valid resource quantity");
        }
        if (amount != null && amount.signum() <= 0 && at.path().startsWith("spec.")) {
            f.invalid(at, amount.toString(), "must be greater than zero");
        }
    }

    private static Place reclaimPolicy(Place spec) {
        Place policy = spec.field("persistentVolumeReclaimPolicy");
        return policy.text().isEmpty() ? policy.with(null) : policy;
    }

    private static void attributesClass(Findings f, Place spec) {
        Place name = spec.field("volumeAttributesClassName");
        if (name.absent()) {
            return;
        }
        if (name.text().isEmpty()) {
            f.required(name, "an empty string is disallowed");
        } else {
            Meta.dnsSubdomain(f, name);
        }
        if (spec.field("csi").absent()) {
            f.required(spec.field("csi"), "has to be specified when using volumeAttributesClassName");
        }
    }

    private static void sources(Findings f, Place spec, String name) {
        int found = 0;
        for (String kind : SOURCES) {
            Place source = spec.field(kind);
            if (source.absent()) {
                continue;
            }
            if (found++ > 0 && !kind.equals("flexVolume")) {
                f.forbidden(kind.equals("cephfs") ? spec.field("cephFS") : source, MANY);
            } else {
                if (kind.equals("iscsi")) {
                    portalLength(f, source, name);
                }
                source(f, kind, source);
                if (kind.equals("local") && spec.field("nodeAffinity").absent()) {
                    f.required(spec.field("nodeAffinity"), "Local volume requires node affinity");
                }
            }
        }
        if (found == 0) {
            f.required(spec, "must specify a volume type");
        }
    }

    private static void source(Findings f, String kind, Place s) {
        switch (kind) {
            case "hostPath" -> VolumeValidation.hostPath(f, s);
            case "local" -> {
                if (s.text("path").isEmpty()) {
                    f.required(s.field("path"));
                } else {
                    PathValidation.noBacksteps(f, s.field("path"));
                }
            }
            case "csi" -> csi(f, s);
            default -> RemoteVolumeValidation.check(f, kind, s, true);
        }
    }

    private static void portalLength(Findings f, Place iscsi, String name) {
        String portal = iscsi.text("targetPortal");
        if (iscsi.field("initiatorName").present() && (name + ":" + portal).length() > 64) {
            f.invalid(
                    new Place(null, iscsi.path() + ".targetportal"),
                    portal,
                    "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if"
                            + " iscsi.initiatorName is specified.");
        }
    }

    private static void csi(Findings f, Place s) {
        CsiValidation.driverName(f, s.field("driver"));
        VolumeValidation.required(f, s, "volumeHandle");
        for (String ref : List.of(
                "controllerPublishSecretRef",
                "controllerExpandSecretRef",
                "nodePublishSecretRef",
                "nodeExpandSecretRef")) {
            Place secret = s.field(ref);
            if (secret.absent()) {
                continue;
            }
            if (secret.text("name").isEmpty()) {
                f.required(secret.field("name"));
            } else {
                Meta.dnsSubdomain(f, secret.field("name"));
            }
            if (secret.text("namespace").isEmpty()) {
                f.required(secret.field("namespace"));
            } else {
                Meta.dnsLabel(f, secret.field("namespace"));
            }
        }
    }

    public static List<FieldError> update(Map<String, Object> object, Map<String, Object> old) {
        Findings f = new Findings();
        create(object).forEach(f::add);
        create(object).forEach(f::add); // upstream looks twice
        Place spec = Place.of(object).field("spec");
        Place before = Place.of(old).field("spec");
        sameSource(f, spec, before);
        if (!Meta.same(spec.field("volumeMode"), before.field("volumeMode"))) {
            f.invalid(new Place(null, "volumeMode"), spec.field("volumeMode").value(), Meta.IMMUTABLE);
        }
        Place affinity = spec.field("nodeAffinity");
        Place nodes = before.field("nodeAffinity");
        if (nodes.present() && !Differences.same(affinity.value(), renamed(nodes.value(), affinity.value()))) {
            f.invalid(
                    new Place(null, "nodeAffinity"),
                    InternalForm.of("VolumeNodeAffinity", affinity.value()),
                    Meta.IMMUTABLE + ", except for updating from beta label to GA");
        }
        if (before.field("volumeAttributesClassName").present()
                && spec.field("volumeAttributesClassName").absent()) {
            f.forbidden(spec.field("volumeAttributesClassName"), "update from non-nil value to nil is forbidden");
        }
        return f.list();
    }

    /** What was there, with new names of labels where the new version has those. */
    private static Object renamed(Object before, Object now) {
        if (before instanceof List<?> items && now instanceof List<?> others) {
            List<Object> out = new ArrayList<>();
            for (int i = 0; i < items.size(); i++) {
                out.add(renamed(items.get(i), i < others.size() ? others.get(i) : null));
            }
            return out;
        }
        if (!(before instanceof Map<?, ?> map)) return before;
        Map<String, Object> out = new LinkedHashMap<>();
        Trees.asMap(map).forEach((key, value) -> {
            Object other = now instanceof Map<?, ?> m ? m.get(key) : null;
            boolean newName = key.equals("key") && other != null && other.equals(NEW_LABELS.get(value));
            out.put(key, newName ? other : renamed(value, other));
        });
        return out;
    }

    /** What holds the data stays; the secret for growing it may be added later. */
    private static void sameSource(Findings f, Place spec, Place before) {
        Map<String, Object> now = new LinkedHashMap<>();
        Map<String, Object> then = new LinkedHashMap<>();
        for (String kind : SOURCES) {
            now.put(kind, Trees.deepCopy(spec.field(kind).value()));
            then.put(kind, before.field(kind).value());
        }
        if (before.field("csi").present()
                && before.at("csi", "controllerExpandSecretRef").absent()
                && now.get("csi") instanceof Map<?, ?> csi) {
            csi.remove("controllerExpandSecretRef");
        }
        if (!Differences.same(now, then)) {
            f.forbidden(
                    spec.field("persistentvolumesource"),
                    "spec.persistentvolumesource is immutable after creation\n"
                            + Differences.show("PersistentVolumeSource", then, now));
        }
    }
}
