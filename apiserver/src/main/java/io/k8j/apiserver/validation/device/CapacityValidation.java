package io.k8j.apiserver.validation.device;

import io.k8j.apiserver.validation.Findings;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.quantity.Quantity;
import java.util.List;

/** Checks which shares of a device's capacity may be asked for. */
final class CapacityValidation {
    private static final int MOST_VALUES = 10;

    private CapacityValidation() {}

    /** @param shared whether several claims may have the device */
    static void check(Findings f, Place capacity, boolean shared) {
        Place policy = capacity.field("requestPolicy");
        if (policy.absent()) return;
        if (!shared) {
            f.forbidden(policy, "allowMultipleAllocations must be true");
            return;
        }
        Place values = policy.field("validValues");
        Place range = policy.field("validRange");
        Place byDefault = policy.field("default");
        Quantity all = quantity(capacity.field("value"));
        if (!values.isEmpty() && range.present()) {
            f.forbidden(
                    policy,
                    "exactly one policy can be specified, cannot specify \"validValues\" and \"validRange\" at the same time");
        } else if (!values.isEmpty()) {
            if (byDefault.absent()) {
                f.required(byDefault, "required when validValues is defined");
            } else {
                values(f, values, quantity(byDefault), all);
            }
        } else if (range.present()) {
            if (byDefault.absent()) {
                f.required(byDefault, "required when validRange is defined");
            } else {
                range(f, range, quantity(byDefault), all);
            }
        }
    }

    private static void values(Findings f, Place values, Quantity byDefault, Quantity all) {
        List<Place> items = values.items();
        boolean found = false;
        for (int i = 0; i < items.size(); i++) {
            Quantity value = quantity(items.get(i));
            found |= value.compareTo(byDefault) == 0;
            if (i > 0 && quantity(items.get(i - 1)).compareTo(value) > 0) {
                f.invalid(items.get(i), value.toString(), "values must be sorted in ascending order");
            }
        }
        DeviceLists.set(
                f,
                values,
                MOST_VALUES,
                (findings, item) -> {
                    if (quantity(item).compareTo(all) > 0) {
                        findings.invalid(
                                item, quantity(item).toString(), "option is larger than capacity value: " + all);
                    }
                },
                item -> String.valueOf(quantity(item).value()));
        if (!found) {
            f.invalid(values, byDefault.toString(), "default value is not valid according to the requestPolicy");
        }
    }

    private static void range(Findings f, Place range, Quantity byDefault, Quantity all) {
        Place least = range.field("min");
        if (least.absent()) {
            f.required(least, "required when validRange is defined");
            return;
        }
        Quantity min = quantity(least);
        Place most = range.field("max");
        Place step = range.field("step");
        if (min.compareTo(all) > 0) f.invalid(least, min.toString(), "min is larger than capacity value: " + all);
        if (byDefault.compareTo(min) < 0) {
            f.invalid(least, byDefault.toString(), "default is less than min: " + min);
        }
        if (most.present()) {
            Quantity max = quantity(most);
            if (min.compareTo(max) > 0) f.invalid(most, min.toString(), "min is larger than max: " + max);
            if (max.compareTo(all) > 0) f.invalid(most, max.toString(), "max is larger than capacity value: " + all);
            if (byDefault.compareTo(max) > 0) {
                f.invalid(most, byDefault.toString(), "default is more than max: " + max);
            }
        }
        if (step.present()) step(f, range, min, byDefault, all);
    }

    private static void step(Findings f, Place range, Quantity min, Quantity byDefault, Quantity all) {
        Place at = range.field("step");
        Quantity step = quantity(at);
        Quantity added = min.add(step);
        if (added.compareTo(all) > 0) {
            f.invalid(at, step.toString(), "one step %s is larger than capacity value: %s".formatted(added, all));
        }
        Place most = range.field("max");
        multiple(f, at, byDefault, min, step);
        if (most.present()) multiple(f, at, quantity(most), min, step);
    }

    private static void multiple(Findings f, Place at, Quantity value, Quantity min, Quantity step) {
        // Upstream divides by a step of 0, and fails.
        if (step.value() == 0 || (value.value() - min.value()) % step.value() != 0) {
            f.invalid(
                    at,
                    value.toString(),
                    "value is not a multiple of a given step (%s) from (%s)".formatted(step, min));
        }
    }

    private static Quantity quantity(Place at) {
        return at.absent() ? Quantity.ZERO : Quantity.of(at.value());
    }
}
