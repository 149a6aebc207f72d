/**
 * Turns the lambdas of a module's classes into ordinary ones before they go into its jar. A JVM that has just begun takes
 * four times as long to make the class of a lambda as to read one, and a test's first cluster needs a thousand.
 *
 * <ol>
 *   <li>{@link io.k8j.schema.lambda.LambdaClasses} reads the compiled classes of a module.
 *   <li>{@link io.k8j.schema.lambda.LambdaSite} is each place where one of them makes a lambda.
 *   <li>{@link io.k8j.schema.lambda.LambdaWriter} writes the class of it, with {@link io.k8j.schema.lambda.Conversion}
 *       between the types of the interface and those of the method behind it.
 *   <li>{@link io.k8j.schema.lambda.LambdaClasses} writes all of it, and the rest of the module as it was.
 * </ol>
 */
package io.k8j.schema.lambda;
