package io.k8j.apiserver.validation;

import io.k8j.model.api.FieldError;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Collects what checks find, in order. For one thread. */
public final class Findings {
    private final List<FieldError> errors = new ArrayList<>();

    public List<FieldError> list() {
        return errors;
    }

    public int size() {
        return errors.size();
    }

    public boolean isEmpty() {
        return errors.isEmpty();
    }

    public void add(FieldError error) {
        errors.add(error);
    }

    public void addAll(Findings others) {
        errors.addAll(others.errors);
    }

    public void required(Place at) {
        required(at, "");
    }

    public void required(Place at, String detail) {
        errors.add(FieldError.required(at.path(), detail));
    }

    public void invalid(Place at, String detail) {
        errors.add(FieldError.invalid(at.path(), at.value(), detail));
    }

    public void invalid(Place at, Object value, String detail) {
        errors.add(FieldError.invalid(at.path(), value, detail));
    }

    /** One finding per sentence. */
    public void invalid(Place at, Object value, List<String> details) {
        for (String detail : details) {
            invalid(at, value, detail);
        }
    }

    public void forbidden(Place at, String detail) {
        errors.add(FieldError.forbidden(at.path(), detail));
    }

    public void duplicate(Place at, Object value) {
        errors.add(FieldError.duplicate(at.path(), value));
    }

    public void duplicate(Place at) {
        errors.add(FieldError.duplicate(at.path(), at.value()));
    }

    public void notFound(Place at, Object value) {
        errors.add(FieldError.notFound(at.path(), value));
    }

    public void notSupported(Place at, Object value, Collection<String> supported) {
        errors.add(FieldError.notSupported(at.path(), value, supported));
    }

    public void tooLong(Place at, int maximumBytes) {
        errors.add(FieldError.tooLong(at.path(), maximumBytes));
    }

    public void tooMany(Place at, int actual, int maximum) {
        errors.add(FieldError.tooMany(at.path(), actual, maximum));
    }

    public void internal(Place at, String detail) {
        errors.add(FieldError.internal(at.path(), detail));
    }

    /** A value that must not change did change. */
    public void immutable(Place at) {
        errors.add(FieldError.invalid(at.path(), at.value(), "field is immutable"));
    }

    /**
     * The same for a value that upstream shows as it has it inside.
     *
     * @param type see {@link InternalForm}
     */
    public void immutable(Place at, String type) {
        errors.add(FieldError.invalid(at.path(), InternalForm.of(type, at.value()), "field is immutable"));
    }

    public void notNegative(Place at) {
        notNegative(at, at.number(0));
    }

    public void notNegative(Place at, long value) {
        if (value < 0) {
            invalid(at, value, "must be greater than or equal to 0");
        }
    }

    public void positive(Place at, long value) {
        if (value <= 0) {
            invalid(at, value, "must be greater than 0");
        }
    }
}
