package io.k8j.apiserver.validation;

import io.k8j.model.api.FieldError;
import io.k8j.model.api.GoQuote;
import io.k8j.model.validation.Names;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** Checks APIServices. */
public final class ApiServiceValidation {
    private ApiServiceValidation() {}

    public static List<FieldError> check(Map<String, Object> object) {
        Findings f = new Findings();
        Place p = Place.of(object);
        Place spec = p.field("spec");
        String name = p.at("metadata", "name").text();
        String required = spec.text("version") + "." + spec.text("group");
        for (String field : List.of("generateName", "name")) {
            name(f, p.at("metadata", field), required);
        }
        if (spec.text("group").isEmpty()) {
            if (!spec.text("version").equals("v1")) {
                f.required(spec.field("group"), "only v1 may have an empty group and it better be legacy kube");
            }
        } else {
            Meta.dnsSubdomain(f, spec.field("group"));
        }
        f.invalid(spec.field("version"), spec.text("version"), Names.dns1035Label(spec.text("version")));
        long group = spec.number("groupPriorityMinimum");
        if (group <= 0 || group > 20_000) {
            f.invalid(spec.field("groupPriorityMinimum"), group, "must be positive and less than 20000");
        }
        long version = spec.number("versionPriority");
        if (version <= 0 || version > 1000) {
            f.invalid(spec.field("versionPriority"), version, "must be positive and less than 1000");
        }
        Place service = spec.field("service");
        if (service.absent()) {
            if (!spec.field("caBundle").isEmpty()) {
                f.invalid(
                        spec.field("caBundle"),
                        Base64.getDecoder().decode(spec.text("caBundle")).length + " bytes",
                        "local APIServices may not have a caBundle");
            }
            if (spec.isTrue("insecureSkipTLSVerify")) {
                f.invalid(spec.field("insecureSkipTLSVerify"), "local APIServices may not have insecureSkipTLSVerify");
            }
            return f.list();
        }
        for (String field : List.of("namespace", "name")) {
            if (service.text(field).isEmpty()) {
                f.required(service.field(field));
            }
        }
        long port = service.field("port").number(443);
        List<String> wrong = Names.portNumber(port);
        if (!wrong.isEmpty()) {
            f.invalid(service.field("port"), port, "port is not valid: " + String.join(", ", wrong));
        }
        if (spec.isTrue("insecureSkipTLSVerify") && !spec.field("caBundle").isEmpty()) {
            f.invalid(spec.field("insecureSkipTLSVerify"), "may not be true if caBundle is present");
        }
        return f.list();
    }

    private static void name(Findings f, Place name, String required) {
        String text = name.text();
        if (text.isEmpty()) return;
        List<String> unusable = Names.pathSegment(text);
        f.invalid(name, text, unusable);
        if (unusable.isEmpty() && !text.equals(required)) {
            f.invalid(name, text, "must be `spec.version+\".\"+spec.group`: " + GoQuote.quote(required));
        }
    }

    /** Everything wrong with a write of the status. */
    public static List<FieldError> status(Map<String, Object> object) {
        Findings f = new Findings();
        for (Place condition : Place.of(object).at("status", "conditions").items()) {
            Meta.oneOf(f, condition.field("status"), List.of("True", "False", "Unknown"));
        }
        return f.list();
    }
}
