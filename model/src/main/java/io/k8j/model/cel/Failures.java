package io.k8j.model.cel;

import dev.cel.common.exceptions.CelAttributeNotFoundException;
import dev.cel.common.exceptions.CelDivideByZeroException;
import dev.cel.common.exceptions.CelIndexOutOfBoundsException;
import dev.cel.common.exceptions.CelNumericOverflowException;
import dev.cel.common.exceptions.CelOverloadNotFoundException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Failures of evaluations in upstream's words. */
final class Failures {
    private static final Pattern PLACE = Pattern.compile("^evaluation error(?: at <input>:\\d+)?: ");
    private static final Pattern KEY = Pattern.compile("key '(.*)' is not present in map\\.?", Pattern.DOTALL);
    private static final Pattern FIELD = Pattern.compile("Error resolving field '(.*)'\\. Field selections must be .*");
    private static final Pattern INDEX = Pattern.compile("Index out of bounds: (.*)");
    private static final Pattern GO_DURATION =
            Pattern.compile("[+-]?(?:0|(?:(?:\\d+(?:\\.\\d*)?|\\.\\d+)(?:ns|us|µs|μs|ms|s|m|h))+)");

    private Failures() {}

    static String words(Throwable failure) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        String message = PLACE.matcher(String.valueOf(cause.getMessage())).replaceFirst("");
        return switch (cause) {
            case CelAttributeNotFoundException e -> {
                Matcher key = KEY.matcher(message);
                if (key.find()) yield "no such key: " + key.group(1);
                Matcher field = FIELD.matcher(message); // of something that has no fields, such as null
                if (field.matches()) yield "no such key: " + field.group(1);
                // In some places the library tells the bare key.
                yield message.startsWith("No such attribute") ? message : "no such key: " + message;
            }
            case CelDivideByZeroException e -> message.contains("odul") ? "modulus by zero" : "division by zero";
            case CelIndexOutOfBoundsException e -> {
                Matcher index = INDEX.matcher(message);
                yield "index out of bounds: " + (index.find() ? index.group(1) : message);
            }
            case CelNumericOverflowException e -> "integer overflow";
            case CelOverloadNotFoundException e -> "no such overload";
            default -> message;
        };
    }

    static boolean isGoDuration(String text) {
        return text.length() < 200 && GO_DURATION.matcher(text).matches();
    }
}
