package io.k8j.model.cel.functions;

import dev.cel.common.exceptions.CelRuntimeException;
import dev.cel.common.types.SimpleType;
import io.k8j.model.cel.FunctionLibrary;
import io.k8j.model.cel.Values;

/** Upstream's {@code kubernetes.Semver}, version 1. */
public final class SemverFunctions extends FunctionLibrary {
    private static final Arg SEMVER = new Arg(Values.SEMVER, Semver.class);

    public SemverFunctions() {
        function("semver", "string_to_semver", Values.SEMVER, args -> parse(args[0], false), Values.TEXT);
        function(
                "semver",
                "string_bool_to_semver",
                Values.SEMVER,
                args -> parse(args[0], (Boolean) args[1]),
                Values.TEXT,
                Values.BOOL);
        function("isSemver", "is_semver_string", SimpleType.BOOL, args -> isSemver(args[0], false), Values.TEXT);
        function(
                "isSemver",
                "is_semver_string_bool",
                SimpleType.BOOL,
                args -> isSemver(args[0], (Boolean) args[1]),
                Values.TEXT,
                Values.BOOL);
        method("isGreaterThan", "semver_is_greater_than", SimpleType.BOOL, args -> compare(args) > 0, SEMVER, SEMVER);
        method("isLessThan", "semver_is_less_than", SimpleType.BOOL, args -> compare(args) < 0, SEMVER, SEMVER);
        method("compareTo", "semver_compare_to", SimpleType.INT, args -> (long) compare(args), SEMVER, SEMVER);
        method("major", "semver_major", SimpleType.INT, args -> ((Semver) args[0]).major(), SEMVER);
        method("minor", "semver_minor", SimpleType.INT, args -> ((Semver) args[0]).minor(), SEMVER);
        method("patch", "semver_patch", SimpleType.INT, args -> ((Semver) args[0]).patch(), SEMVER);
    }

    private static int compare(Object[] args) {
        return Integer.signum(((Semver) args[0]).compareTo((Semver) args[1]));
    }

    private static Semver parse(Object text, boolean normalize) {
        return normalize ? Semver.parseNormalized((String) text) : Semver.parse((String) text);
    }

    private static boolean isSemver(Object text, boolean normalize) {
        try {
            parse(text, normalize);
            return true;
        } catch (CelRuntimeException e) {
            return false;
        }
    }
}
