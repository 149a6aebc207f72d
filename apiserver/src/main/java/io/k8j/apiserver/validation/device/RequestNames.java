package io.k8j.apiserver.validation.device;

import io.k8j.apiserver.validation.Findings;
import io.k8j.apiserver.validation.Place;
import java.util.HashSet;
import java.util.Set;

/** The requests of a claim by name: {@code request} and {@code request/subrequest}. */
record RequestNames(Set<String> names) {
    /** @param devices {@code spec.devices} of a claim */
    static RequestNames of(Place devices) {
        Set<String> names = new HashSet<>();
        for (Place request : devices.field("requests").items()) {
            names.add(request.text("name"));
            for (Place sub : request.field("firstAvailable").items()) {
                names.add(request.text("name") + "/" + sub.text("name"));
            }
        }
        return new RequestNames(names);
    }

    /** Checks a mention of a request. */
    void check(Findings f, Place name) {
        String[] segments = name.text().split("/", -1);
        if (segments.length <= 2) {
            for (String segment : segments) DeviceParts.label(f, name.with(segment));
        }
        if (segments.length > 2 || !names.contains(name.text())) {
            f.invalid(
                    name,
                    name.text(),
                    "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'");
        }
    }

    /** Checks a set of mentions. */
    void checkAll(Findings f, Place mentions) {
        DeviceLists.set(f, mentions, DeviceParts.MOST_RESULTS, this::check, Place::text);
    }
}
