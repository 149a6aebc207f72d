package io.k8j.apiserver.validation;

import io.k8j.model.api.FieldError;
import io.k8j.model.quantity.Quantity;
import io.k8j.model.validation.Names;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Checks what storage drivers say of themselves, and the attachments that they are asked for. */
public final class CsiValidation {
    private static final int LONGEST_NODE_ID = 256;
    private static final int LONGEST_STATUS = 256 * 1024;
    private static final int LONGEST_MESSAGE = 1024;
    private static final long SHORTEST_TOKEN = 600;

    private CsiValidation() {}

    static void driverName(Findings f, Place driver) {
        String name = driver.text();
        if (name.isEmpty()) {
            f.required(driver);
            return;
        }
        if (Meta.bytes(name) > 63) {
            f.tooLong(driver, 63);
        }
        f.invalid(driver, name, Names.dns1123Subdomain(name.toLowerCase(Locale.ROOT)));
    }

    public static List<FieldError> driver(Map<String, Object> object) {
        Findings f = new Findings();
        Place spec = Place.of(object).field("spec");
        if (spec.field("attachRequired").absent()) {
            f.required(spec.field("attachedRequired"));
        }
        for (String flag : List.of("podInfoOnMount", "storageCapacity")) {
            if (spec.field(flag).absent()) {
                f.required(spec.field(flag));
            }
        }
        Meta.optionalOneOf(f, spec.field("fsGroupPolicy"), List.of("File", "None", "ReadWriteOnceWithFSType"));
        tokens(f, spec.field("tokenRequests"));
        Place modes = spec.field("volumeLifecycleModes");
        for (String mode : modes.texts()) {
            if (!List.of("Persistent", "Ephemeral").contains(mode)) {
                f.notSupported(modes, mode, List.of("Persistent", "Ephemeral"));
            }
        }
        if (spec.field("seLinuxMount").absent()) {
            f.required(spec.field("seLinuxMount"));
        }
        Place period = spec.field("nodeAllocatableUpdatePeriodSeconds");
        if (period.present() && period.number(0) < 10) {
            f.invalid(period, "must be greater than or equal to 10 seconds");
        }
        Place inSecrets = spec.field("serviceAccountTokenInSecrets");
        if (inSecrets.present() && spec.field("tokenRequests").isEmpty()) {
            f.invalid(inSecrets, "serviceAccountTokenInSecrets is set but no tokenRequests are specified");
        }
        return f.list();
    }

    private static void tokens(Findings f, Place requests) {
        Set<String> audiences = new HashSet<>();
        for (Place request : requests.items()) {
            if (!audiences.add(request.text("audience"))) {
                f.duplicate(request.field("audience"), request.text("audience"));
                continue;
            }
            Place expiry = request.field("expirationSeconds");
            if (expiry.present() && expiry.number(0) < SHORTEST_TOKEN) {
                f.invalid(expiry, "may not specify a duration less than 10 minutes");
            }
            if (expiry.present() && expiry.number(0) > 1L << 32) {
                f.invalid(expiry, "may not specify a duration larger than 2^32 seconds");
            }
        }
    }

    public static List<FieldError> driverUpdate(Map<String, Object> object, Map<String, Object> old) {
        Findings f = new Findings();
        driver(object).forEach(f::add);
        Place spec = Place.of(object).field("spec");
        Place before = Place.of(old).field("spec");
        if (!Meta.same(spec.field("attachRequired"), before.field("attachRequired"))) {
            f.invalid(
                    spec.field("attachedRequired"), spec.field("attachRequired").value(), Meta.IMMUTABLE);
        }
        if (!Meta.same(spec.field("volumeLifecycleModes"), before.field("volumeLifecycleModes"))) {
            f.invalid(spec.field("volumeLifecycleModes"), Meta.IMMUTABLE);
        }
        return f.list();
    }

    public static List<FieldError> node(Map<String, Object> object) {
        Findings f = new Findings();
        Set<String> names = new HashSet<>();
        for (Place driver : Place.of(object).at("spec", "drivers").items()) {
            driverName(f, driver.field("name"));
            Place id = driver.field("nodeID");
            if (id.text().isEmpty()) {
                f.required(id);
            }
            if (Meta.bytes(id.text()) > LONGEST_NODE_ID) {
                f.invalid(id, "must be " + LONGEST_NODE_ID + " characters or less");
            }
            f.notNegative(driver.at("allocatable", "count"));
            if (!names.add(driver.text("name"))) {
                f.duplicate(driver.field("name"), driver.text("name"));
            }
            Set<String> keys = new HashSet<>();
            for (String key : driver.field("topologyKeys").texts()) {
                if (key.isEmpty()) {
                    f.required(driver);
                }
                if (!keys.add(key)) {
                    f.duplicate(driver, key);
                }
                f.invalid(driver, key, Names.qualifiedName(key));
            }
        }
        return f.list();
    }

    /** A driver's entry stays as it is, but for how many volumes there is room for. */
    public static List<FieldError> nodeUpdate(Map<String, Object> object, Map<String, Object> old) {
        Findings f = new Findings();
        node(object).forEach(f::add);
        Place drivers = Place.of(object).at("spec", "drivers");
        for (Place before : Place.of(old).at("spec", "drivers").items()) {
            for (Place now : drivers.items()) {
                if (now.text("name").equals(before.text("name")) && !Meta.same(withoutRoom(now), withoutRoom(before))) {
                    f.invalid(
                            drivers,
                            GoStruct.of(withoutRoom(now), "name=", "nodeID=", "topologyKeys", "allocatable"),
                            Meta.IMMUTABLE);
                }
            }
        }
        return f.list();
    }

    private static Place withoutRoom(Place driver) {
        Map<String, Object> copy = new LinkedHashMap<>(driver.map());
        copy.remove("allocatable");
        return driver.with(copy);
    }

    public static List<FieldError> capacity(Map<String, Object> object) {
        return capacity(object, false).list();
    }

    private static Findings capacity(Map<String, Object> object, boolean anyValues) {
        Findings f = new Findings();
        Place p = Place.of(object);
        LabelSelectorValidation.check(f, p.field("nodeTopology"), anyValues);
        Meta.dnsSubdomain(f, p.field("storageClassName"));
        Quantity amount = ResourceValidation.quantity(p.field("capacity"));
        if (amount != null && amount.signum() < 0) {
            f.invalid(p.field("capacity"), amount.toString(), "must be greater than or equal to 0");
        }
        return f;
    }

    public static List<FieldError> capacityUpdate(Map<String, Object> object, Map<String, Object> old) {
        Place now = Place.of(object);
        Place before = Place.of(old);
        Findings f = capacity(object, LabelSelectorValidation.hasFaults(before.field("nodeTopology")));
        if (!Meta.same(now.field("nodeTopology"), before.field("nodeTopology"))) {
            Place topology = now.field("nodeTopology");
            f.invalid(topology, LabelSelectorValidation.shown(topology), Meta.IMMUTABLE);
        }
        if (!now.text("storageClassName").equals(before.text("storageClassName"))) {
            f.invalid(now.field("storageClassName"), now.text("storageClassName"), Meta.IMMUTABLE);
        }
        return f.list();
    }

    public static List<FieldError> attachment(Map<String, Object> object) {
        Findings f = new Findings();
        attachment(f, Place.of(object));
        Place name = Place.of(object).at("spec", "source", "persistentVolumeName");
        if (name.present()) {
            Meta.dnsSubdomain(f, name);
        }
        return f.list();
    }

    private static void attachment(Findings f, Place object) {
        Place spec = object.field("spec");
        driverName(f, spec.field("attacher"));
        Place source = spec.field("source");
        Place name = source.field("persistentVolumeName");
        Place inline = source.field("inlineVolumeSpec");
        String one = "must specify exactly one of inlineVolumeSpec and persistentVolumeName";
        if (name.absent() && inline.absent()) {
            f.required(source, one);
        } else if (name.present() && inline.present()) {
            f.forbidden(source, one);
        } else if (name.present() && name.text().isEmpty()) {
            f.required(name, "must specify non empty persistentVolumeName");
        } else if (inline.present()) {
            PersistentVolumeValidation.inline(f, inline);
        }
        Meta.dnsSubdomain(f, spec.field("nodeName"));
        status(f, object.field("status"));
    }

    private static void status(Findings f, Place status) {
        Place metadata = status.field("attachmentMetadata");
        long size = 0;
        for (Map.Entry<String, Object> e : metadata.map().entrySet()) {
            size += Meta.bytes(e.getKey()) + Meta.bytes(String.valueOf(e.getValue()));
        }
        if (size > LONGEST_STATUS) {
            f.tooLong(metadata, LONGEST_STATUS);
        }
        for (String error : List.of("attachError", "detachError")) {
            if (Meta.bytes(status.at(error, "message").text()) > LONGEST_MESSAGE) {
                f.tooLong(status.at(error, "message"), LONGEST_STATUS); // upstream names the other limit, too
            }
            Place code = status.at(error, "errorCode");
            if (code.number(0) < 0) {
                f.invalid(code, "must be between 0 and " + Integer.MAX_VALUE + ", inclusive");
            }
        }
    }

    public static List<FieldError> attachmentUpdate(Map<String, Object> object, Map<String, Object> old) {
        Findings f = new Findings();
        attachment(object).forEach(f::add);
        if (!Meta.same(Place.of(object).field("spec"), Place.of(old).field("spec"))) {
            Place spec = Place.of(object).field("spec");
            Map<String, Object> shown = GoStruct.of(spec, "attacher=", "source", "nodeName=");
            Map<String, Object> source = GoStruct.of(spec.field("source"), "persistentVolumeName", "inlineVolumeSpec");
            Object inline = spec.at("source", "inlineVolumeSpec").value();
            source.put("InlineVolumeSpec", InternalForm.of("PersistentVolumeSpec", inline));
            shown.put("Source", source);
            f.invalid(spec, shown, Meta.IMMUTABLE);
        }
        return f.list();
    }
}
