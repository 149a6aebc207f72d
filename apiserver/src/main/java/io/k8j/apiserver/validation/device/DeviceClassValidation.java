package io.k8j.apiserver.validation.device;

import io.k8j.apiserver.validation.Findings;
import io.k8j.apiserver.validation.Place;
import io.k8j.apiserver.validation.ResourceValidation;
import io.k8j.model.api.FieldError;
import io.k8j.model.json.Trees;
import java.util.List;
import java.util.Map;

/** Checks DeviceClasses. */
public final class DeviceClassValidation {
    private DeviceClassValidation() {}

    public static List<FieldError> create(Map<String, Object> object) {
        return check(Place.of(object).field("spec"), null);
    }

    /** What is as it was is accepted as it is. */
    public static List<FieldError> update(Map<String, Object> object, Map<String, Object> old) {
        return check(Place.of(object).field("spec"), Place.of(old).field("spec"));
    }

    private static List<FieldError> check(Place spec, Place old) {
        Findings f = new Findings();
        Place selectors = spec.field("selectors");
        if (!isStored(selectors, old)) DeviceParts.selectors(f, selectors);
        Place config = spec.field("config");
        boolean stored = isStored(config, old);
        DeviceLists.list(
                f,
                config,
                DeviceParts.MOST_CONFIGS,
                (findings, item) -> DeviceParts.configuration(findings, item, stored));
        Place extended = spec.field("extendedResourceName");
        if (extended.present() && !ResourceValidation.isExtended(extended.text())) {
            f.invalid(extended, extended.text(), "must be a valid extended resource name");
        }
        return f.list();
    }

    private static boolean isStored(Place now, Place old) {
        if (old == null) return false;
        String field = now.path().substring(now.path().lastIndexOf('.') + 1);
        return Trees.deepEquals(now.value(), old.field(field).value());
    }
}
