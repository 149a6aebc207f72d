package io.k8j.apiserver.crd;

import io.k8j.apiserver.validation.CaBundles;
import io.k8j.apiserver.validation.ClientConfigValidation;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.api.FieldError;
import io.k8j.model.json.Trees;
import io.k8j.model.validation.Names;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Checks how a definition converts between its versions. Places have the names upstream uses inside. */
final class ConversionRules {
    private static final String AT = "spec.conversion";
    private static final Set<String> REVIEWS = Set.of("v1", "v1beta1");

    private ConversionRules() {}

    /**
     * @param old the former spec; null on create
     * @param anyBundle whether certificates of authorities may be damaged, as upstream lets them be before a definition is
     *     established
     */
    static void check(Map<String, Object> spec, Map<String, Object> old, boolean anyBundle, List<FieldError> errors) {
        Map<String, Object> conversion = Trees.map(spec, "conversion");
        if (spec.get("conversion") == null) return;
        String strategy = Trees.string(conversion, "strategy");
        if (strategy == null || strategy.isEmpty()) {
            errors.add(FieldError.required(AT + ".strategy", ""));
        } else if (!strategy.equals("None") && !strategy.equals("Webhook")) {
            errors.add(FieldError.notSupported(AT + ".strategy", strategy, List.of("None", "Webhook")));
        }
        Map<String, Object> config = Trees.map(conversion, "webhook", "clientConfig");
        List<Object> reviews = Trees.list(conversion, "webhook", "conversionReviewVersions");
        String place = AT + ".webhookClientConfig";
        if ("Webhook".equals(strategy)) {
            if (Trees.get(conversion, "webhook", "clientConfig") == null) {
                errors.add(FieldError.required(place, "required when strategy is set to Webhook"));
            } else {
                errors.addAll(ClientConfigValidation.check(place, Place.of(config)));
                String before = Trees.string(old, "conversion", "webhook", "clientConfig", "caBundle");
                boolean excused = anyBundle || CaBundles.problem(before) != null;
                String bundle = Trees.string(config, "caBundle");
                String problem = excused ? null : CaBundles.problem(bundle);
                if (problem != null) errors.add(FieldError.invalid(place + ".caBundle", bundle, problem));
            }
            reviews(reviews, old, errors);
            return;
        }
        String unwanted = "should not be set when strategy is not set to Webhook";
        if (Trees.get(conversion, "webhook", "clientConfig") != null) {
            errors.add(FieldError.forbidden(place, unwanted));
        }
        if (!reviews.isEmpty()) errors.add(FieldError.forbidden(AT + ".conversionReviewVersions", unwanted));
    }

    private static void reviews(List<Object> versions, Map<String, Object> old, List<FieldError> errors) {
        String at = AT + ".conversionReviewVersions";
        if (versions.isEmpty()) {
            errors.add(FieldError.required(at, ""));
            return;
        }
        Set<Object> seen = new HashSet<>();
        for (int i = 0; i < versions.size(); i++) {
            String place = at + "[" + i + "]";
            if (!seen.add(versions.get(i))) {
                errors.add(FieldError.invalid(place, versions.get(i), "duplicate version"));
                continue;
            }
            for (String wrong : Names.dns1035Label(String.valueOf(versions.get(i)))) {
                errors.add(FieldError.invalid(place, versions.get(i), wrong));
            }
        }
        List<Object> before = Trees.list(old, "conversion", "webhook", "conversionReviewVersions");
        boolean excused = !before.isEmpty() && before.stream().noneMatch(REVIEWS::contains);
        if (!excused && versions.stream().noneMatch(REVIEWS::contains)) {
            errors.add(FieldError.invalid(at, versions, "must include at least one of v1, v1beta1"));
        }
    }
}
