package dev.twinkeeper.scenarios;

import dev.twinkeeper.raw.recipes.RawRecipes;

class RawRecipesTest extends RecipeSuite {
    @Override
    protected Cast cast() {
        return Cast.ofRecipes(new RawRecipes());
    }
}
