package io.k8j.apiserver.validation;

import io.k8j.model.api.FieldError;
import io.k8j.model.json.Trees;
import io.k8j.model.validation.Names;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Checks PodGroups and Workloads, whose specs stay as they were made. */
public final class GroupValidation {
    private static final int MOST_TEMPLATES = 8;
    private static final int MOST_CLAIMS = 4;
    private static final long HIGHEST_PRIORITY = 1_000_000_000;
    private static final List<String> MODES = List.of("Pod", "PodGroup");

    private GroupValidation() {}

    public static List<FieldError> podGroup(Map<String, Object> object) {
        Findings f = new Findings();
        Place spec = Place.of(object).field("spec");
        reference(f, spec.field("podGroupTemplateRef"));
        group(f, spec);
        return f.list();
    }

    public static List<FieldError> podGroupUpdate(Map<String, Object> object, Map<String, Object> old) {
        Findings f = new Findings();
        unchanged(
                f,
                Place.of(object).field("spec"),
                Place.of(old).field("spec"),
                "podGroupTemplateRef",
                "schedulingPolicy",
                "schedulingConstraints",
                "resourceClaims",
                "disruptionMode",
                "priorityClassName",
                "priority");
        return f.list();
    }

    public static List<FieldError> podGroupStatus(Map<String, Object> object, Map<String, Object> old) {
        Findings f = new Findings();
        ConditionValidation.check(f, Place.of(object).at("status", "conditions"));
        Place claims = Place.of(object).at("status", "resourceClaimStatuses");
        List<String> known = Place.of(object).at("spec", "resourceClaims").items().stream()
                .map(claim -> claim.text("name"))
                .toList();
        for (Place claim : claims.items()) {
            Place name = claim.field("name");
            if (!known.contains(name.text())) {
                f.invalid(name, name.text(), "must match the name of an entry in `spec.resourceClaims`");
            }
        }
        if (claims.size() > MOST_CLAIMS) {
            f.tooMany(claims, claims.size(), MOST_CLAIMS);
            return f.list();
        }
        for (Place claim : claims.items()) longName(f, claim.field("resourceClaimName"), false);
        return f.list();
    }

    public static List<FieldError> workload(Map<String, Object> object) {
        Findings f = new Findings();
        Place spec = Place.of(object).field("spec");
        Place owner = spec.field("controllerRef");
        if (owner.present()) {
            longName(f, owner.field("apiGroup"), false);
            segment(f, owner.field("kind"));
            segment(f, owner.field("name"));
        }
        Place templates = spec.field("podGroupTemplates");
        if (templates.isEmpty()) {
            f.required(templates);
        } else if (templates.size() > MOST_TEMPLATES) {
            f.tooMany(templates, templates.size(), MOST_TEMPLATES);
        } else {
            named(f, templates);
            for (Place template : templates.items()) {
                label(f, template.field("name"));
                group(f, template);
            }
        }
        return f.list();
    }

    public static List<FieldError> workloadUpdate(Map<String, Object> object, Map<String, Object> old) {
        Findings f = new Findings();
        unchanged(f, Place.of(object).field("spec"), Place.of(old).field("spec"), "controllerRef", "podGroupTemplates");
        return f.list();
    }

    private static void unchanged(Findings f, Place now, Place before, String... fields) {
        for (String field : fields) {
            Place place = now.field(field);
            if (!Trees.deepEquals(place.value(), before.field(field).value())) {
                f.invalid(place, null, "field is immutable");
            }
        }
    }

    private static void reference(Findings f, Place reference) {
        if (reference.absent()) return;
        Place workload = reference.field("workload");
        if (workload.absent()) {
            f.invalid(reference, "", "must specify one of: `workload`");
            return;
        }
        longName(f, workload.field("workloadName"), true);
        label(f, workload.field("podGroupTemplateName"));
    }

    /** What a PodGroup and a template have in common. */
    private static void group(Findings f, Place group) {
        policy(f, group.field("schedulingPolicy"));
        Place topology = group.at("schedulingConstraints", "topology");
        if (topology.size() > 1) {
            f.tooMany(topology, topology.size(), 1);
        } else {
            for (Place constraint : topology.items()) {
                Place key = constraint.field("key");
                if (key.text().isEmpty()) f.required(key);
                else f.invalid(key, key.text(), Names.qualifiedName(key.text()));
            }
        }
        Place claims = group.field("resourceClaims");
        if (claims.size() > MOST_CLAIMS) {
            f.tooMany(claims, claims.size(), MOST_CLAIMS);
        } else {
            named(f, claims);
            for (Place claim : claims.items()) claim(f, claim);
        }
        Place mode = group.field("disruptionMode");
        if (mode.present() && !MODES.contains(mode.text())) f.notSupported(mode, mode.text(), MODES);
        longName(f, group.field("priorityClassName"), false);
        Place priority = group.field("priority");
        if (priority.number(0) > HIGHEST_PRIORITY) {
            f.invalid(priority, "must be less than or equal to " + HIGHEST_PRIORITY);
        }
    }

    private static void policy(Findings f, Place policy) {
        boolean basic = policy.field("basic").present();
        Place gang = policy.field("gang");
        if (basic && gang.present()) {
            f.invalid(policy, "{basic, gang}", "must specify exactly one of: `basic`, `gang`");
        } else if (!basic && gang.absent()) {
            f.invalid(policy, "", "must specify one of: `basic`, `gang`");
        }
        if (gang.absent()) return;
        Place count = gang.field("minCount");
        if (count.number(0) == 0) f.required(count);
        else if (count.number(0) < 1) f.invalid(count, "must be greater than or equal to 1");
    }

    private static void claim(Findings f, Place claim) {
        label(f, claim.field("name"));
        Place name = claim.field("resourceClaimName");
        Place template = claim.field("resourceClaimTemplateName");
        String names = "`resourceClaimName`, `resourceClaimTemplateName`";
        if (name.present() && template.present()) {
            f.invalid(claim, "{resourceClaimName, resourceClaimTemplateName}", "must specify exactly one of: " + names);
        } else if (name.absent() && template.absent()) {
            f.invalid(claim, "", "must specify one of: " + names);
        }
        longName(f, name, false);
        longName(f, template, false);
    }

    private static void named(Findings f, Place list) {
        Set<String> seen = new HashSet<>();
        for (Place item : list.items()) {
            if (!seen.add(item.text("name"))) f.duplicate(item, Map.of("name", item.text("name")));
        }
    }

    private static void label(Findings f, Place name) {
        if (name.text().isEmpty()) f.required(name);
        else f.invalid(name, name.text(), Names.dns1123Label(name.text()));
    }

    private static void longName(Findings f, Place name, boolean required) {
        if (!name.text().isEmpty()) f.invalid(name, name.text(), Names.dns1123Subdomain(name.text()));
        else if (required) f.required(name);
    }

    private static void segment(Findings f, Place name) {
        if (name.text().isEmpty()) f.required(name);
        else f.invalid(name, name.text(), Names.pathSegment(name.text()));
    }
}
