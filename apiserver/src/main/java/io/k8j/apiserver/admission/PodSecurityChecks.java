package io.k8j.apiserver.admission;

import io.k8j.apiserver.validation.Place;
import java.util.ArrayList;
import java.util.List;

/** The levels of the Pod security standards. */
final class PodSecurityChecks {
    private PodSecurityChecks() {}

    /** What breaks a level, each rule with a sentence that names who breaks it; empty if nothing does. */
    static String violations(String level, Place metadata, Place spec) {
        List<String> broken = new ArrayList<>();
        switch (level) {
            case "baseline" -> new BaselineSecurity(metadata, spec, broken).check(false);
            case "restricted" -> {
                new BaselineSecurity(metadata, spec, broken).check(true);
                new RestrictedSecurity(metadata, spec, broken).check();
            }
            default -> {}
        }
        return String.join(", ", broken);
    }
}
