#include "host_facts.h"

png2bmp_status host_status(uint32_t i)
{
    const uint32_t errors = PNG2BMP_ERRORS_END - 1;
    const uint32_t warnings = PNG2BMP_WARNINGS_END - PNG2BMP_FIRST_WARNING;

    if (i < errors)
        return (png2bmp_status)(i + 1);
    return i - errors < warnings ? (png2bmp_status)(i - errors + PNG2BMP_FIRST_WARNING)
                                 : PNG2BMP_OK;
}

const char *host_fact_name(uint32_t i)
{
    static const char *const names[] = {
#define FACT_NAME(name, field) #name,
        HOST_FACTS(FACT_NAME)
#undef FACT_NAME
    };

    return i < HOST_FACTS_COUNT ? names[i] : NULL;
}

void host_facts_write(double facts[HOST_FACTS_COUNT], const png2bmp_plan *plan)
{
#define FACT_VALUE(name, field) facts[HOST_FACT_##name] = (double)plan->field;
    HOST_FACTS(FACT_VALUE)
#undef FACT_VALUE
}
