package io.k8j.apiserver.validation;

import io.k8j.model.api.FieldError;
import io.k8j.model.validation.Names;
import java.util.List;
import java.util.Map;

/**
 * Checks events, which are stored with the core group's spelling whatever group they come through. Those that come
 * through events.k8s.io are checked more strictly.
 */
public final class EventValidation {
    private static final String GROUP = "events.k8s.io";
    private static final int LONGEST = 128;
    private static final int LONGEST_NOTE = 1024;

    /** Fields that a writer of the newer group may not change, in upstream's order. */
    private static final List<String> FIXED = List.of(
            "involvedObject",
            "reason",
            "message",
            "source",
            "firstTimestamp",
            "lastTimestamp",
            "count",
            "reason",
            "type",
            "eventTime",
            "action",
            "related",
            "reportingComponent",
            "reportingInstance");

    private EventValidation() {}

    /** @param group of the request */
    public static List<FieldError> create(String group, Map<String, Object> object) {
        Findings f = new Findings();
        Place event = Place.of(object);
        common(f, group, event);
        if (!group.equals(GROUP)) {
            return f.list();
        }
        series(f, event.field("series"));
        if (event.field("eventTime").absent()) {
            f.required(event.field("eventTime"));
        }
        if (!List.of("Normal", "Warning").contains(event.text("type"))) {
            f.invalid(event.field("type"), "", "has invalid value: " + event.text("type"));
        }
        for (String old : List.of("firstTimestamp", "lastTimestamp")) {
            if (event.field(old).present()) {
                f.invalid(event.field(old), "", "needs to be unset");
            }
        }
        if (event.number("count") != 0) {
            f.invalid(event.field("count"), "", "needs to be unset");
        }
        Place source = event.field("source");
        if (!source.text("component").isEmpty() || !source.text("host").isEmpty()) {
            f.invalid(source, "", "needs to be unset");
        }
        return f.list();
    }

    /** @param group of the request */
    public static List<FieldError> update(String group, Map<String, Object> object, Map<String, Object> old) {
        Findings f = new Findings();
        Place event = Place.of(object);
        common(f, group, event);
        if (!group.equals(GROUP)) {
            return f.list();
        }
        if (!Meta.same(event.field("series"), Place.of(old).field("series"))) {
            series(f, event.field("series"));
        }
        for (String field : FIXED) {
            if (!Meta.same(event.field(field), Place.of(old).field(field))) {
                String name = field.equals("reportingComponent") ? "reportingController" : field;
                f.invalid(new Place(shown(event.field(field), field), name), Meta.IMMUTABLE);
            }
        }
        return f.list();
    }

    /** A value as upstream has it inside. */
    private static Object shown(Place value, String field) {
        return switch (field) {
            case "involvedObject", "related" -> InternalForm.of("ObjectReference", value.value());
            case "source" -> GoStruct.of(value, "component=", "host=");
            case "count" -> value.number(0);
            case "firstTimestamp", "lastTimestamp", "eventTime" -> value.value();
            default -> value.text();
        };
    }

    private static void series(Findings f, Place series) {
        if (series.absent()) {
            return;
        }
        if (series.number("count") < 2) {
            f.invalid(series.field("count"), "", "should be at least 2");
        }
        if (series.field("lastObservedTime").absent()) {
            f.required(series.field("lastObservedTime"));
        }
    }

    private static void common(Findings f, String group, Place event) {
        String namespace = event.at("metadata", "namespace").text();
        Place about = event.at("involvedObject", "namespace");
        boolean timed = event.field("eventTime").present();
        boolean wrong;
        if (about.text().isEmpty()) {
            wrong = !namespace.equals("default") && !namespace.isEmpty() && !(timed && namespace.equals("kube-system"));
        } else {
            wrong = !timed && !namespace.equals(about.text());
        }
        if (wrong) {
            f.invalid(about, about.text(), "does not match event.namespace");
        }
        if (timed) {
            reporter(f, group, event);
        }
        for (String message : Names.dns1123Subdomain(namespace)) {
            f.invalid(new Place(namespace, "namespace"), message);
        }
    }

    private static void reporter(Findings f, String group, Place event) {
        String name = group.isEmpty() ? "reportingComponent" : "reportingController";
        Place controller = new Place(event.field("reportingComponent").value(), name);
        if (controller.text().isEmpty()) {
            f.required(controller);
        }
        Meta.qualifiedName(f, controller);
        for (String field : List.of("reportingInstance", "action", "reason")) {
            if (event.text(field).isEmpty()) {
                f.required(event.field(field));
            }
            if (Meta.bytes(event.text(field)) > LONGEST) {
                f.invalid(event.field(field), "", "can have at most " + LONGEST + " characters");
            }
        }
        if (Meta.bytes(event.text("message")) > LONGEST_NOTE) {
            f.invalid(event.field("message"), "", "can have at most " + LONGEST_NOTE + " characters");
        }
    }
}
