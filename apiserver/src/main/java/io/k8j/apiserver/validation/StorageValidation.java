package io.k8j.apiserver.validation;

import io.k8j.model.api.FieldError;
import io.k8j.model.json.Trees;
import io.k8j.model.quantity.Quantity;
import io.k8j.model.validation.Names;
import java.util.List;
import java.util.Map;

/** Checks claims on volumes. */
public final class StorageValidation {
    private static final List<String> MODES =
            List.of("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod");
    private static final List<String> RESIZE_STEPS = List.of(
            "ControllerResizeInProgress",
            "ControllerResizeInfeasible",
            "NodeResizeInProgress",
            "NodeResizeInfeasible",
            "NodeResizePending");
    private static final String BETA_CLASS = "volume.beta.kubernetes.io/storage-class";

    private StorageValidation() {}

    static void accessModes(Findings f, Place modes) {
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

    static void amount(Findings f, Place at) {
        Quantity amount = ResourceValidation.quantity(at);
        if (amount == null) {
            f.required(at);
        } else if (amount.signum() <= 0) {
            f.invalid(at, amount.toString(), "must be greater than zero");
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
                f.invalid(spec, Map.of(), "may not be specified when dataSourceRef.namespace is specified");
            }
        } else if (source.present()
                && ref.present()
                && !List.of("apiGroup", "kind", "name").stream()
                        .allMatch(k -> source.text(k).equals(ref.text(k)))) {
            f.invalid(spec, Map.of(), "must match dataSourceRef"); // upstream shows a path, which has no JSON
        }
        className(f, spec.field("volumeAttributesClassName"));
    }

    static void className(Findings f, Place name) {
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
        if (before.text("volumeName").isEmpty() && spec.field("volumeName").present()) {
            then.put("volumeName", spec.field("volumeName").value());
        }
        classUpgrade(f, object, old, now);
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
                            + " claims\n" + Differences.show("PersistentVolumeClaimSpec", then, now));
        }
        shrink(f, spec, before, Place.of(old).at("status", "capacity", "storage"));
        if (!Meta.same(spec.field("volumeMode"), before.field("volumeMode"))) {
            f.invalid(new Place(null, "volumeMode"), spec.field("volumeMode").value(), Meta.IMMUTABLE);
        }
        Place attributes = spec.field("volumeAttributesClassName");
        if (Place.of(old).at("status", "currentVolumeAttributesClassName").present() && attributes.isEmpty()) {
            f.forbidden(
                    attributes,
                    "update to " + (attributes.absent() ? "nil" : "empty string")
                            + " is forbidden when status.currentVolumeAttributesClassName is not nil");
        }
        return f.list();
    }

    /**
     * A claim without class may get one; one whose class stood in the old annotation may get that. Whatever is allowed
     * is put back in {@code now}, so that no difference remains.
     */
    private static void classUpgrade(
            Findings f, Map<String, Object> object, Map<String, Object> old, Map<String, Object> now) {
        Place before = Place.of(old).at("metadata", "annotations").field(BETA_CLASS);
        Place after = Place.of(object).at("metadata", "annotations").field(BETA_CLASS);
        Place oldName = Place.of(old).at("spec", "storageClassName");
        Place newName = Place.of(object).at("spec", "storageClassName");
        boolean named = oldName.absent() && newName.present();
        boolean same = newName.text().equals(before.text());
        if (named && before.present() && same && (after.absent() || after.text().equals(before.text()))) {
            now.remove("storageClassName");
            return;
        }
        if (!after.text().equals(before.text())) {
            f.invalid(new Place(null, "metadata.annotations." + BETA_CLASS), after.text(), Meta.IMMUTABLE);
        }
        if (named && (before.absent() || same)) {
            now.remove("storageClassName");
        }
    }

    public static List<FieldError> claimStatus(Map<String, Object> object, Map<String, Object> old) {
        Findings f = new Findings();
        Place p = Place.of(object);
        if (p.at("spec", "accessModes").isEmpty()) {
            f.required(new Place(null, "Spec.accessModes"));
        }
        PersistentVolumeValidation.amounts(f, p.at("status", "capacity"));
        Place steps = p.at("status", "allocatedResourceStatuses");
        for (String name : Meta.sorted(steps).keySet()) {
            resourceKey(f, steps, name);
            if (!RESIZE_STEPS.contains(steps.text(name))) {
                f.notSupported(steps, name, RESIZE_STEPS);
            }
        }
        Place allocated = p.at("status", "allocatedResources");
        for (String name : Meta.sorted(allocated).keySet()) {
            if (resourceKey(f, allocated, name)) {
                PersistentVolumeValidation.amount(f, allocated.key(name));
            }
        }
        return f.list();
    }

    /** Whether a name of a resource may stand in a claim's status. */
    private static boolean resourceKey(Findings f, Place at, String name) {
        List<String> errors = Names.qualifiedName(name);
        f.invalid(at, name, errors);
        boolean known = !name.contains("/") || name.contains("kubernetes.io/");
        if (errors.isEmpty() && known && !name.equals("storage")) {
            f.notSupported(at, name, List.of("storage"));
            return false;
        }
        return errors.isEmpty();
    }

    private static void shrink(Findings f, Place spec, Place before, Place capacity) {
        Place at = spec.at("resources", "requests", "storage");
        Quantity now = ResourceValidation.quantity(at);
        Quantity then = ResourceValidation.quantity(before.at("resources", "requests", "storage"));
        Quantity has = ResourceValidation.quantity(capacity);
        if (now == null) now = Quantity.ZERO;
        if (then != null && now.compareTo(then) < 0 && now.compareTo(has == null ? Quantity.ZERO : has) <= 0) {
            f.forbidden(at, "field can not be less than status.capacity");
        }
    }
}
