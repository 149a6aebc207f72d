package io.k8j.apiserver.validation.device;

import io.k8j.apiserver.validation.Findings;
import io.k8j.apiserver.validation.Place;
import io.k8j.apiserver.validation.TemplateMeta;
import io.k8j.model.api.FieldError;
import io.k8j.model.json.Trees;
import java.util.List;
import java.util.Map;

/** Checks ResourceClaims and ResourceClaimTemplates; the specs of both stay as they were created. */
public final class ClaimValidation {
    private static final int MOST_CONSTRAINTS = 32;
    private static final int MOST_SUBREQUESTS = 8;
    private static final List<String> MODES = List.of("All", "ExactCount");

    private ClaimValidation() {}

    public static List<FieldError> create(Map<String, Object> object) {
        Findings f = new Findings();
        devices(f, Place.of(object).at("spec", "devices"));
        return f.list();
    }

    public static List<FieldError> createTemplate(Map<String, Object> object) {
        Findings f = new Findings();
        TemplateMeta.check(f, Place.of(object).at("spec", "metadata"));
        devices(f, Place.of(object).at("spec", "spec", "devices"));
        return f.list();
    }

    public static List<FieldError> update(Map<String, Object> object, Map<String, Object> old) {
        return unchanged(List.of(), object, old, "ResourceClaimSpec");
    }

    public static List<FieldError> updateTemplate(Map<String, Object> object, Map<String, Object> old) {
        return unchanged(createTemplate(object), object, old, "ResourceClaimTemplateSpec");
    }

    private static List<FieldError> unchanged(
            List<FieldError> wrong, Map<String, Object> object, Map<String, Object> old, String type) {
        Findings f = new Findings();
        wrong.forEach(f::add);
        if (!Trees.deepEquals(object.get("spec"), old.get("spec"))) {
            f.immutable(Place.of(object).field("spec"), type);
        }
        return f.list();
    }

    private static void devices(Findings f, Place devices) {
        RequestNames names = RequestNames.of(devices);
        DeviceLists.set(
                f,
                devices.field("requests"),
                DeviceParts.MOST_RESULTS,
                ClaimValidation::request,
                item -> item.text("name"));
        DeviceLists.list(
                f,
                devices.field("constraints"),
                MOST_CONSTRAINTS,
                (findings, constraint) -> constraint(findings, constraint, names));
        DeviceLists.list(f, devices.field("config"), DeviceParts.MOST_CONFIGS, (findings, config) -> {
            names.checkAll(findings, config.field("requests"));
            DeviceParts.configuration(findings, config, false);
        });
    }

    private static void request(Findings f, Place request) {
        DeviceParts.label(f, request.field("name"));
        Place alternatives = request.field("firstAvailable");
        Place exactly = request.field("exactly");
        if (alternatives.isEmpty() && exactly.absent()) {
            f.required(request, "exactly one of `exactly` or `firstAvailable` is required");
        } else if (!alternatives.isEmpty() && exactly.present()) {
            f.invalid(
                    request,
                    null,
                    "exactly one of `exactly` or `firstAvailable` is required, but multiple fields are set");
        } else if (exactly.present()) {
            devicesAsked(f, exactly);
        } else {
            DeviceLists.set(
                    f,
                    alternatives,
                    MOST_SUBREQUESTS,
                    (findings, sub) -> {
                        DeviceParts.label(findings, sub.field("name"));
                        devicesAsked(findings, sub);
                    },
                    item -> item.text("name"));
        }
    }

    /** What a request and an alternative have in common. */
    private static void devicesAsked(Findings f, Place asked) {
        DeviceParts.deviceClass(f, asked.field("deviceClassName"));
        DeviceParts.selectors(f, asked.field("selectors"));
        Place mode = asked.field("allocationMode");
        Place count = asked.field("count");
        switch (mode.text()) {
            case "All" -> {
                if (count.number(0) != 0) {
                    f.invalid(count, count.number(0), "must not be specified when allocationMode is 'All'");
                }
            }
            case "ExactCount" -> {
                if (count.number(0) <= 0) f.invalid(count, count.number(0), "must be greater than zero");
            }
            default -> f.notSupported(mode, mode.text(), MODES);
        }
        for (Place toleration : asked.field("tolerations").items()) DeviceParts.toleration(f, toleration);
    }

    private static void constraint(Findings f, Place constraint, RequestNames names) {
        names.checkAll(f, constraint.field("requests"));
        Place match = constraint.field("matchAttribute");
        Place distinct = constraint.field("distinctAttribute");
        if (match.present()) {
            DeviceParts.fullyQualifiedName(f, match);
        } else if (distinct.present()) {
            DeviceParts.fullyQualifiedName(f, distinct);
        } else {
            // Upstream's sentence, though no field is set.
            f.required(
                    constraint,
                    "exactly one of \"matchAttribute\" or \"distinctAttribute\" is required, but multiple fields are set");
        }
    }
}
