package io.k8j.apiserver.validation;

import io.k8j.model.api.FieldError;
import io.k8j.model.json.Trees;
import io.k8j.model.quantity.Quantity;
import io.k8j.model.validation.Names;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Checks volumes, claims on them, and their classes. */
public final class StorageValidation {
    private static final List<String> MODES =
            List.of("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod");
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
    private static final String BETA_CLASS = "volume.beta.kubernetes.io/storage-class";

    private StorageValidation() {}

    static void csiDriverName(Findings f, Place driver) {
        String name = driver.text();
        if (name.isEmpty()) {
            f.required(driver);
        }
        if (name.length() > 63) {
            f.tooLong(driver, 63);
        }
        for (String message : Names.dns1123Subdomain(name.toLowerCase(Locale.ROOT))) {
            f.invalid(driver, name, message);
        }
    }

    private static void accessModes(Findings f, Place modes) {
        boolean single = false;
        boolean other = false;
        for (String mode : modes.texts()) {
            if (!MODES.contains(mode)) {
                f.notSupported(modes, mode, MODES);
            }
            single |= mode.equals("ReadWriteOncePod");
            other |= !mode.equals("ReadWriteOncePod") && MODES.contains(mode);
        }
        if (single && other) {
            f.forbidden(modes, "may not use ReadWriteOncePod with other access modes");
        }
    }

    private static void amount(Findings f, Place at) {
        Quantity amount = ResourceValidation.quantity(at);
        if (amount == null) {
            f.required(at);
        } else if (amount.signum() <= 0) {
            f.invalid(at, amount.toString(), "must be greater than 0");
        }
    }

    static void claimSpec(Findings f, Place spec) {
        Place modes = spec.field("accessModes");
        if (modes.isEmpty()) {
            f.required(modes, "at least 1 access mode is required");
        }
        LabelSelectorValidation.check(f, spec.field("selector"));
        accessModes(f, modes);
        Place storage = new Place(
                spec.at("resources", "requests", "storage").value(),
                spec.field("resources").path() + "[storage]");
        amount(f, storage);
        className(f, spec.field("storageClassName"));
        Meta.optionalOneOf(f, spec.field("volumeMode"), List.of("Block", "Filesystem"));
        Place source = spec.field("dataSource");
        Place ref = spec.field("dataSourceRef");
        dataSource(f, source);
        dataSource(f, ref);
        if (!ref.text("namespace").isEmpty()) {
            f.invalid(ref.field("namespace"), ref.text("namespace"), Names.dns1123Label(ref.text("namespace")));
            if (source.present()) {
                f.invalid(spec, source.path(), "may not be specified when dataSourceRef.namespace is specified");
            }
        } else if (source.present()
                && ref.present()
                && !List.of("apiGroup", "kind", "name").stream()
                        .allMatch(k -> source.text(k).equals(ref.text(k)))) {
            f.invalid(spec, source.path(), "must match dataSourceRef");
        }
        className(f, spec.field("volumeAttributesClassName"));
    }

    private static void className(Findings f, Place name) {
        if (!name.text().isEmpty()) {
            Meta.dnsSubdomain(f, name);
        }
    }

    private static void dataSource(Findings f, Place source) {
        if (source.absent()) {
            return;
        }
        if (source.text("name").isEmpty()) {
            f.required(source.field("name"));
        }
        if (source.text("kind").isEmpty()) {
            f.required(source.field("kind"));
        }
        String group = source.text("apiGroup");
        if (group.isEmpty() && !source.text("kind").equals("PersistentVolumeClaim")) {
            f.invalid(
                    source,
                    source.text("kind"),
                    "must be 'PersistentVolumeClaim' when referencing the default apiGroup");
        }
        if (!group.isEmpty()) {
            Meta.dnsSubdomain(f, source.field("apiGroup"));
        }
    }

    public static List<FieldError> claim(Map<String, Object> object) {
        Findings f = new Findings();
        claimSpec(f, Place.of(object).field("spec"));
        return f.list();
    }

    public static List<FieldError> claimUpdate(Map<String, Object> object, Map<String, Object> old) {
        Findings f = new Findings();
        claim(object).forEach(f::add);
        Place spec = Place.of(object).field("spec");
        Place before = Place.of(old).field("spec");
        Map<String, Object> now = Trees.deepCopy(spec.map());
        Map<String, Object> then = Trees.deepCopy(before.map());
        if (before.text("volumeName").isEmpty()) {
            then.put("volumeName", spec.field("volumeName").value());
        }
        Place annotation = Place.of(old).at("metadata", "annotations").field(BETA_CLASS);
        boolean retroactive = before.field("storageClassName").absent() && annotation.absent();
        if (retroactive) {
            now.put("storageClassName", null);
        }
        if (Place.of(object).at("status", "phase").text().equals("Bound")) {
            if (spec.at("resources", "requests").present()) {
                Trees.set(
                        now, before.at("resources", "requests", "storage").value(), "resources", "requests", "storage");
            }
            now.put(
                    "volumeAttributesClassName",
                    before.field("volumeAttributesClassName").value());
        }
        if (!Differences.same(now, then)) {
            f.forbidden(
                    spec,
                    "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound"
                            + " claims\n" + Differences.show(then, now));
        }
        shrink(f, spec, before, Place.of(old).at("status", "capacity", "storage"));
        if (!Meta.same(spec.field("volumeMode"), before.field("volumeMode"))) {
            f.invalid(new Place(null, "volumeMode"), spec.field("volumeMode").value(), Meta.IMMUTABLE);
        }
        return f.list();
    }

    private static void shrink(Findings f, Place spec, Place before, Place capacity) {
        Place at = spec.at("resources", "requests", "storage");
        Quantity now = ResourceValidation.quantity(at);
        Quantity then = ResourceValidation.quantity(before.at("resources", "requests", "storage"));
        Quantity has = ResourceValidation.quantity(capacity);
        if (now != null
                && then != null
                && now.compareTo(then) < 0
                && now.compareTo(has == null ? Quantity.ZERO : has) <= 0) {
            f.forbidden(at, "field can not be less than status.capacity");
        }
    }

    public static List<FieldError> volume(Map<String, Object> object) {
        Findings f = new Findings();
        Place spec = Place.of(object).field("spec");
        if (spec.field("accessModes").isEmpty()) {
            f.required(spec.field("accessModes"));
        }
        accessModes(f, spec.field("accessModes"));
        Place capacity = spec.field("capacity");
        if (capacity.isEmpty()) {
            f.required(capacity);
        } else if (capacity.field("storage").absent() || capacity.size() > 1) {
            f.notSupported(capacity, capacity.value(), List.of("storage"));
        }
        for (String name : Meta.sorted(capacity).keySet()) {
            amount(f, capacity.key(name));
        }
        Meta.optionalOneOf(f, reclaimPolicy(spec), List.of("Delete", "Recycle", "Retain"));
        Place affinity = spec.field("nodeAffinity");
        if (affinity.present()) {
            if (affinity.field("required").present()) {
                AffinityValidation.nodeSelector(f, affinity.field("required"));
            } else {
                f.required(affinity.field("required"), "must specify required node constraints");
            }
        }
        volumeSource(f, spec, affinity);
        if (spec.at("hostPath", "path").text().equals("/")
                && reclaimPolicy(spec).text().equals("Recycle")) {
            f.forbidden(reclaimPolicy(spec), "may not be 'recycle' for a hostPath mount of '/'");
        }
        className(f, spec.field("storageClassName"));
        Meta.optionalOneOf(f, spec.field("volumeMode"), List.of("Block", "Filesystem"));
        return f.list();
    }

    private static Place reclaimPolicy(Place spec) {
        Place policy = spec.field("persistentVolumeReclaimPolicy");
        return policy.text().isEmpty() ? policy.with(null) : policy;
    }

    private static void volumeSource(Findings f, Place spec, Place affinity) {
        int found = 0;
        for (String kind : SOURCES) {
            Place source = spec.field(kind);
            if (source.absent()) {
                continue;
            }
            if (found++ > 0) {
                f.forbidden(source, "may not specify more than 1 volume type");
                continue;
            }
            switch (kind) {
                case "hostPath", "local" -> {
                    if (source.text("path").isEmpty()) {
                        f.required(source.field("path"));
                    }
                    PathValidation.noBacksteps(f, source.field("path"));
                    if (kind.equals("local") && affinity.absent()) {
                        f.required(new Place(null, "metadata.annotations"), "Local volume requires node affinity");
                    }
                }
                case "nfs" -> {
                    for (String field : List.of("server", "path")) {
                        if (source.text(field).isEmpty()) {
                            f.required(source.field(field));
                        }
                    }
                }
                case "iscsi" -> VolumeValidation.iscsi(f, source);
                case "fc" -> VolumeValidation.fibreChannel(f, source);
                case "csi" -> {
                    csiDriverName(f, source.field("driver"));
                    if (source.text("volumeHandle").isEmpty()) {
                        f.required(source.field("volumeHandle"));
                    }
                }
                default -> {}
            }
        }
        if (found == 0) {
            f.required(spec, "must specify a volume type");
        }
    }

    public static List<FieldError> volumeUpdate(Map<String, Object> object, Map<String, Object> old) {
        Findings f = new Findings();
        volume(object).forEach(f::add);
        Place spec = Place.of(object).field("spec");
        Place before = Place.of(old).field("spec");
        Map<String, Object> now = new LinkedHashMap<>();
        Map<String, Object> then = new LinkedHashMap<>();
        for (String kind : SOURCES) {
            now.put(kind, spec.field(kind).value());
            then.put(kind, before.field(kind).value());
        }
        if (!Differences.same(now, then)) {
            f.forbidden(
                    spec.field("persistentvolumesource"),
                    "spec.persistentvolumesource is immutable after creation\n" + Differences.show(then, now));
        }
        if (!Meta.same(spec.field("volumeMode"), before.field("volumeMode"))) {
            f.invalid(new Place(null, "volumeMode"), spec.field("volumeMode").value(), Meta.IMMUTABLE);
        }
        return f.list();
    }

    public static List<FieldError> storageClass(Map<String, Object> object) {
        Findings f = new Findings();
        Place p = Place.of(object);
        Place provisioner = p.field("provisioner");
        if (provisioner.text().isEmpty()) {
            f.required(provisioner);
        } else {
            f.invalid(
                    provisioner,
                    provisioner.text(),
                    Names.qualifiedName(provisioner.text().toLowerCase(Locale.ROOT)));
        }
        Place parameters = p.field("parameters");
        if (parameters.size() > 512) {
            f.tooMany(parameters, parameters.size(), 512);
        }
        if (parameters.map().containsKey("")) {
            f.invalid(parameters, 0L, "field can not be empty.");
        }
        Meta.optionalOneOf(f, p.field("reclaimPolicy"), List.of("Delete", "Retain"));
        if (p.field("volumeBindingMode").absent()) {
            f.required(p.field("volumeBindingMode"));
        } else {
            Meta.oneOf(f, p.field("volumeBindingMode"), List.of("Immediate", "WaitForFirstConsumer"));
        }
        for (Place term : p.field("allowedTopologies").items()) {
            Set<String> keys = new HashSet<>();
            for (Place e : term.field("matchLabelExpressions").items()) {
                if (e.field("values").isEmpty()) {
                    f.required(e.field("values"));
                }
                f.invalid(e.field("key"), e.text("key"), Names.qualifiedName(e.text("key")));
                if (!keys.add(e.text("key"))) {
                    f.duplicate(e.field("key"), e.text("key"));
                }
            }
        }
        return f.list();
    }

    public static List<FieldError> storageClassUpdate(Map<String, Object> object, Map<String, Object> old) {
        Findings f = new Findings();
        Place now = Place.of(object);
        Place before = Place.of(old);
        for (String field : List.of("parameters", "provisioner")) {
            if (!Meta.same(now.field(field), before.field(field))) {
                f.forbidden(now.field(field), "updates to " + field + " are forbidden.");
            }
        }
        if (!Meta.same(now.field("reclaimPolicy"), before.field("reclaimPolicy"))) {
            f.forbidden(now.field("reclaimPolicy"), "updates to reclaimPolicy are forbidden.");
        }
        if (!Meta.same(now.field("volumeBindingMode"), before.field("volumeBindingMode"))) {
            f.invalid(now.field("volumeBindingMode"), Meta.IMMUTABLE);
        }
        return f.list();
    }

    public static List<FieldError> volumeAttachment(Map<String, Object> object) {
        Findings f = new Findings();
        Place spec = Place.of(object).field("spec");
        csiDriverName(f, spec.field("attacher"));
        Place name = spec.at("source", "persistentVolumeName");
        Place inline = spec.at("source", "inlineVolumeSpec");
        if (name.absent() && inline.absent()) {
            f.required(spec.field("source"), "must specify exactly one of inlineVolumeSpec and persistentVolumeName");
        } else if (name.present() && inline.present()) {
            f.forbidden(spec.field("source"), "must specify exactly one of inlineVolumeSpec and persistentVolumeName");
        }
        Meta.dnsSubdomain(f, spec.field("nodeName"));
        return f.list();
    }

    public static List<FieldError> csiDriver(Map<String, Object> object) {
        Findings f = new Findings();
        Place p = Place.of(object);
        csiDriverName(f, p.at("metadata", "name"));
        for (Place mode : p.at("spec", "volumeLifecycleModes").items()) {
            Meta.oneOf(f, mode, List.of("Ephemeral", "Persistent"));
        }
        return f.list();
    }
}
