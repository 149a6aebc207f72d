package io.k8j.apiserver.admission.quota;

import io.k8j.apiserver.admission.Ask;
import io.k8j.apiserver.admission.PodAmounts;
import io.k8j.apiserver.admission.QuotaLimits;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.spi.AdmissionRequest.Operation;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.quantity.Quantity;
import io.k8j.model.resource.GroupResource;
import io.k8j.model.resource.GroupVersionResource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/** Decides whether a request fits into quotas, and what they are used then. Pure: nothing is written here. */
final class QuotaCheck {
    private final QuotaLimits limits;

    QuotaCheck(QuotaLimits limits) {
        this.limits = limits;
    }

    /**
     * A quota while requests are charged to it.
     *
     * @param tree a whole ResourceQuota
     * @param used its usage so far, by name
     */
    record Account(Place tree, Map<String, Quantity> used) {
        static Account of(Map<String, Object> tree) {
            Place place = Place.of(tree);
            return new Account(place, PodAmounts.of(place.at("status", "used")));
        }

        String name() {
            return tree.at("metadata", "name").text();
        }

        String uid() {
            return tree.at("metadata", "uid").text();
        }

        Map<String, Quantity> hard() {
            return PodAmounts.of(tree.at("status", "hard"));
        }
    }

    /**
     * Tells what the request takes of each account; accounts that it does not touch are left out.
     *
     * @param real the usage to hold a request against, given an account and what is asked of it: that of the account, or
     *     more if the account is known to be behind
     * @throws io.k8j.model.api.ApiException 403 if it does not fit
     */
    Map<Account, Map<String, Quantity>> charge(
            AdmissionRequest request,
            List<Account> accounts,
            BiFunction<Account, Map<String, Quantity>, Map<String, Quantity>> real) {
        GroupVersionResource resource = request.context().resource();
        Place object = Ask.object(request);
        List<Account> interesting = new ArrayList<>();
        Set<String> covered = new TreeSet<>();
        List<Scopes.Requirement> coveredScopes = new ArrayList<>();
        for (Account account : accounts) {
            Scopes.of(account.tree).stream()
                    .filter(r -> Scopes.matches(r, resource, object))
                    .forEach(coveredScopes::add);
            Set<String> names = Usage.relevant(resource, account.hard().keySet());
            if (names.isEmpty() || !Scopes.match(account.tree, resource, object)) continue;
            demand(request, account, names);
            interesting.add(account);
            covered.addAll(names);
        }
        Map<String, Quantity> usage = Usage.of(resource, object);
        Set<String> negative = usage.entrySet().stream()
                .filter(e -> e.getValue().signum() < 0)
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(TreeSet::new));
        if (!negative.isEmpty()) {
            throw Ask.forbidden(request, "quota usage is negative for resource(s): " + String.join(",", negative));
        }
        boolean isUpdate = request.operation() == Operation.UPDATE;
        Map<String, Quantity> more =
                withoutZeros(isUpdate ? beyond(usage, Usage.of(resource, Ask.old(request))) : usage);
        Map<Account, Map<String, Quantity>> deltas = new LinkedHashMap<>();
        for (Account account : interesting) {
            boolean counted = isUpdate && Scopes.match(account.tree, resource, Ask.old(request));
            Map<String, Quantity> delta = counted ? more : withoutZeros(usage);
            if (!delta.isEmpty()) deltas.put(account, delta);
        }
        if (interesting.isEmpty() ? more.isEmpty() : deltas.isEmpty()) return Map.of();
        demandCover(request, usage, covered, coveredScopes);
        Map<Account, Map<String, Quantity>> charges = new LinkedHashMap<>();
        deltas.forEach((account, delta) -> {
            Map<String, Quantity> asked = new TreeMap<>(delta);
            asked.keySet().retainAll(account.hard().keySet());
            if (asked.isEmpty()) return;
            if (!Ask.subresource(request).equals("status")) fit(request, account, asked, real.apply(account, asked));
            charges.put(account, asked);
        });
        return charges;
    }

    private static void demand(AdmissionRequest request, Account account, Set<String> names) {
        String missing = Usage.missing(request.context().resource(), Ask.object(request), names);
        if (!missing.isEmpty()) {
            throw Ask.forbidden(request, "failed quota: " + account.name() + ": must specify " + missing);
        }
        if (!account.used.keySet().containsAll(names)) {
            throw Ask.forbidden(
                    request, "status unknown for quota: " + account.name() + ", resources: " + String.join(",", names));
        }
    }

    /** Refuses what the server's configuration allows only under a quota. */
    private void demandCover(
            AdmissionRequest request,
            Map<String, Quantity> usage,
            Set<String> covered,
            List<Scopes.Requirement> coveredScopes) {
        GroupVersionResource resource = request.context().resource();
        Set<String> names = new TreeSet<>();
        List<Scopes.Requirement> scopes = new ArrayList<>();
        for (QuotaLimits.Limited limited : limits.limited()) {
            limited.matchScopes().stream()
                    .map(Scopes.Requirement::of)
                    .filter(r -> Scopes.matches(r, resource, Ask.object(request)))
                    .forEach(scopes::add);
            if (!limited.resource().equals(new GroupResource(resource.group(), resource.resource()))) continue;
            usage.forEach((name, amount) -> {
                if (amount.signum() > 0 && limited.matchContains().stream().anyMatch(name::contains)) names.add(name);
            });
        }
        names.removeAll(covered);
        if (!names.isEmpty()) {
            throw Ask.forbidden(request, "insufficient quota to consume: " + String.join(",", names));
        }
        scopes.removeIf(s -> coveredScopes.stream().anyMatch(c -> c.scope().equals(s.scope())));
        if (!scopes.isEmpty()) {
            String shown = scopes.stream()
                    .map(s -> "{%s %s [%s]}"
                            .formatted(s.scope(), s.operator(), String.join(" ", new TreeSet<>(s.values()))))
                    .collect(Collectors.joining(" ", "[", "]"));
            throw Ask.forbidden(request, "insufficient quota to match these scopes: " + shown);
        }
    }

    private static Map<String, Quantity> withoutZeros(Map<String, Quantity> amounts) {
        Map<String, Quantity> some = new TreeMap<>(amounts);
        some.values().removeIf(amount -> amount.signum() == 0);
        return some;
    }

    private static Map<String, Quantity> beyond(Map<String, Quantity> now, Map<String, Quantity> before) {
        Map<String, Quantity> more = new TreeMap<>();
        now.forEach((name, amount) -> {
            Quantity delta = before.containsKey(name) ? amount.subtract(before.get(name)) : amount;
            if (delta.signum() > 0) more.put(name, delta);
        });
        return more;
    }

    private static void fit(
            AdmissionRequest request, Account account, Map<String, Quantity> asked, Map<String, Quantity> used) {
        Map<String, Quantity> hard = account.hard();
        Set<String> exceeded = new TreeSet<>();
        asked.forEach((name, amount) -> {
            if (used.getOrDefault(name, Quantity.ZERO).add(amount).compareTo(hard.get(name)) > 0) exceeded.add(name);
        });
        if (!exceeded.isEmpty()) {
            throw Ask.forbidden(
                    request,
                    "exceeded quota: %s, requested: %s, used: %s, limited: %s"
                            .formatted(
                                    account.name(),
                                    shown(asked, exceeded),
                                    shown(used, exceeded),
                                    shown(hard, exceeded)));
        }
    }

    private static String shown(Map<String, Quantity> amounts, Set<String> names) {
        return names.stream().map(n -> n + "=" + amounts.get(n)).collect(Collectors.joining(","));
    }
}
